import { Forbidden, Unauthenticated, type AppError, type Caller, type ErrorClass } from '@org/enterprise-kernel';
import { explanation, type Explanation } from './explanation.js';
import { noteAsked, watchPolicy } from './policy-check.js';
import { predicate, type Predicate, type Rows, type Rule } from './rules.js';

/** The reasons of a policy, by name: any one of them allows. A function tests the resource by hand. */
export type Rules = Readonly<Record<string, Rule<any, any> | Predicate<any>>>;

/** Takes what a rule is asked about; as a parameter, because several of those together make an intersection. */
type Asks<T> = T extends Rule<infer Resource, any> ? (resource: Resource) => void : T extends Predicate<infer Resource> ? (resource: Resource) => void : never;
/** What a resource must have for all rules to be asked about it. */
type ResourceOf<R extends Rules> = { [K in keyof R]: Asks<R[K]> }[keyof R] extends (resource: infer Resource) => void ? Resource : never;
type MatchOf<R extends Rules> = { [K in keyof R]: R[K] extends Rule<any, infer Match> ? Match : never }[keyof R];
type HasPredicate<R extends Rules> = true extends { [K in keyof R]: R[K] extends Rule<any, any> ? never : true }[keyof R] ? true : false;

/** What a caller sees of a list; a policy with a rule that is a function cannot say it, and then this is why. */
type ScopeOf<R extends Rules> = HasPredicate<R> extends true
  ? 'This policy has a rule that is a function of the resource, from which no list can be derived; write own(...) or matching(...) instead.'
  : (caller: Caller) => Rows<MatchOf<R>>;

/** The error that stands for a resource which does not exist, and which hides one that does. */
export type MissingError = ErrorClass<any, any, any>;
type DetailsOf<E> = E extends ErrorClass<any, infer Input, any> ? Input : never;

export interface PolicyOptions<R extends Rules, E extends MissingError | undefined = undefined, Known = unknown> {
  /** Who may, by the name of the reason. */
  readonly allow: R;
  /** The error of a resource that does not exist. Whoever is denied gets the same one, so nobody learns what there is. @default FORBIDDEN */
  readonly missing?: E;
  /**
   * The policy that says who may know that the resource exists. Whom it denies too gets its `missing` error, whom it allows
   * gets FORBIDDEN. @default nobody denied may know, where there is a `missing` error
   */
  readonly knownTo?: Policy<Known, any, E>;
  /** Said in the API document before the rules, in Markdown. @default the rules alone */
  readonly description?: string;
}

/** Decides who may do one thing to one kind of resource. A value to declare as `access`, and to ask where the resource is in hand. */
export interface Policy<in Resource = any, out Scope = any, E extends MissingError | undefined = any> {
  /** Unique in an application: `orders.read`. */
  readonly name: string;
  /** In Markdown, for the API document. */
  readonly description: string;
  /** What the API document says of it, as JSON. */
  readonly document: object;
  /** The error that hides the resource. */
  readonly missing: E;
  /** What it answers with besides FORBIDDEN. */
  readonly errors: readonly ErrorClass[];
  /** The permissions that its rules ask for. */
  readonly permissions: readonly string[];

  /**
   * Returns the resource if the caller is allowed it.
   * @throws UNAUTHENTICATED for an anonymous caller, the `missing` error for no resource or a hidden one, else FORBIDDEN
   */
  check<T extends Resource>(caller: Caller, ...asked: CheckArguments<T, E>): T;
  /** Tells whether the caller is allowed the resource. */
  allows(caller: Caller, resource: Resource): boolean;
  /** Says which rows of a list the caller is allowed: `'all'`, `'none'`, or those with the same values as in the object returned. */
  readonly scope: Scope;
  /** Says which rule allows the caller the resource, or why none does; without a resource, what is known beforehand. */
  explain(caller: Caller, resource?: Resource): Explanation;
  /** Whether there is anything of this kind that the caller might be allowed: `allowed` is every one, `own` depends on the resource. */
  reach(caller: Caller): 'allowed' | 'own' | 'denied';

  /** Asked in front of a route, before there is a resource. @throws UNAUTHENTICATED or FORBIDDEN for a caller who is allowed nothing of this kind */
  admit(caller: Caller): void;
  /**
   * Called before the handler of a route; what it returns is called when the handler has succeeded, and throws POLICY_NOT_CHECKED if
   * the policy has allowed nothing meanwhile. Absent where the caller alone decides.
   */
  readonly watch?: () => () => void;
  /** Tells whether the caller sees a field of this object; for output, so it does not count as a check. */
  shows(caller: Caller, object: Resource): boolean;
}

/** A policy with a `missing` error also takes what was not found, and then the details of that error. */
type CheckArguments<T, E> = [E] extends [MissingError]
  ? undefined extends DetailsOf<E> ? [resource: T | undefined, details?: DetailsOf<E>] : [resource: T | undefined, details: DetailsOf<E>]
  : [resource: T];

interface Named { readonly name: string; readonly rule: Rule<any, any> }

/**
 * Declares a policy: named reasons, any one of which allows. Callers who are not known are allowed nothing.
 * @throws TypeError for a policy without a name or a rule
 * @example
 * const readOrder = policy('orders.read', {
 *   allow: { owner: own('customerId'), staff: permission('orders:read') },
 *   missing: OrderNotFound,
 * });
 * // const order = readOrder.check(caller, await orders.find(id), { id });
 */
export function policy<const R extends Rules, const E extends MissingError | undefined = undefined, Known = unknown>(
  name: string, options: PolicyOptions<R, E, Known>,
): Policy<ResourceOf<R> & Known, ScopeOf<R>, E> {
  const { knownTo } = options;
  const missing: MissingError | undefined = options.missing ?? knownTo?.missing;
  const rules = Object.entries(options.allow).map(([ruleName, rule]): Named => ({ name: ruleName, rule: typeof rule === 'function' ? predicate(rule) : rule }));
  if (!/^\S+$/.test(name)) throw new TypeError('A policy needs a name without spaces, such as orders.read.');
  if (rules.length === 0) throw new TypeError(`The policy ${name} has no rule, so nobody could be allowed anything.`);

  const test = (caller: Caller, resource: unknown): boolean => {
    if (caller.kind === 'anonymous' || resource === undefined || resource === null) return false;
    for (const { rule } of rules) if (rule.allows(caller, resource)) return true;
    return false;
  };
  const refusal = (caller: Caller, resource: unknown, details: unknown): AppError => {
    if (caller.kind === 'anonymous') return new Unauthenticated();
    const known = resource !== undefined && resource !== null && knownTo?.shows(caller, resource as Known) === true;
    return missing && !known ? new missing(details) : new Forbidden({ policy: name, permission: onlyPermission(rules) });
  };
  const reach = (caller: Caller): 'allowed' | 'own' | 'denied' => {
    if (caller.kind === 'anonymous') return 'denied';
    const found = rules.map(({ rule }) => (rule.rows ? rule.rows(caller) : 'some'));
    return found.includes('all') ? 'allowed' : found.some((rows) => rows !== 'none') ? 'own' : 'denied';
  };
  const scope = (caller: Caller): Rows<unknown> => {
    noteAsked(made);
    if (caller.kind === 'anonymous') return 'none';
    const opened = rules.map(({ name: ruleName, rule }) => {
      if (!rule.rows) throw new TypeError(`The rule ${ruleName} of the policy ${name} is a function of the resource, from which no list can be derived.`);
      return rule.rows(caller);
    }).filter((rows) => rows !== 'none');
    if (opened.includes('all')) return 'all';
    if (opened.length > 1) throw new TypeError(`Several rules of the policy ${name} open different rows to one caller; a scope is those of one rule.`);
    return opened[0] ?? 'none';
  };

  const made: Policy<unknown, unknown, MissingError> = {
    name,
    missing: missing!,
    description: describe(options, rules, missing),
    document: {
      policy: name,
      allow: Object.fromEntries(rules.map(({ name: ruleName, rule }) => [ruleName, rule.document])),
      ...(missing && { hidden_by: missing.code }),
    },
    errors: missing ? [missing] : [],
    permissions: [...new Set(rules.flatMap(({ rule }) => rule.permissions))],

    check(caller, resource, details?: unknown) {
      if (!test(caller, resource)) throw refusal(caller, resource, details);
      noteAsked(made);
      return resource as never;
    },
    allows(caller, resource) {
      const allowed = test(caller, resource);
      if (allowed) noteAsked(made);
      return allowed;
    },
    shows: test,
    scope,
    reach,
    explain(caller, resource) {
      if (caller.kind === 'anonymous') return explanation(name, caller, [{ rule: name, allowed: false, because: 'nobody is known' }]);
      return explanation(name, caller, rules.map(({ name: rule, rule: { allows, because, perResource } }) => ({
        rule, allowed: (resource !== undefined || !perResource) && allows(caller, resource), because: because(caller, resource),
      })));
    },
    admit(caller) {
      if (caller.kind === 'anonymous') throw new Unauthenticated();
      if (!rules.some(({ rule: { rows } }) => rows === undefined || rows(caller) !== 'none')) throw new Forbidden({ policy: name, permission: onlyPermission(rules) });
    },
    ...(rules.some(({ rule }) => rule.perResource) && { watch: () => watchPolicy(made) }),
  };
  return Object.freeze(made) as never;
}

/** The permission that would help, where there is one answer to that. */
function onlyPermission(rules: readonly Named[]): string | undefined {
  const names = [...new Set(rules.flatMap(({ rule }) => rule.permissions))];
  return names.length === 1 ? names[0] : undefined;
}

function describe({ description, knownTo }: Pick<PolicyOptions<any, any, any>, 'description' | 'knownTo'>, rules: readonly Named[], missing: MissingError | undefined): string {
  const allowed = `Allowed to callers ${rules.map(({ name, rule }) => `${rule.description} (${name})`).join(', or ')}.`;
  const hidden = missing && `Others${knownTo ? `, unless \`${knownTo.name}\` allows them to know of it,` : ''} are answered \`${missing.code}\`, as if it did not exist.`;
  return [description, allowed, hidden].filter(Boolean).join(' ');
}
