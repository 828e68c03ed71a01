import type { Caller } from '@org/enterprise-kernel';
import { assertPermission, grantFor, permits } from './permission-set.js';

/** Which rows of a list a rule opens: every one, none, or those that have these values. */
export type Rows<Match> = 'all' | 'none' | Match;

/** One reason to allow something. Pure: it looks at the caller and the resource and at nothing else. */
export interface Rule<in Resource = never, out Match = unknown> {
  /** Part of a sentence, in Markdown: "with the permission `orders:read`". */
  readonly description: string;
  /** For the API document, as JSON. */
  readonly document: string | object;
  /** The permissions that it asks for. */
  readonly permissions: readonly string[];
  /** Whether it looks at the resource; one that does not is decided by the caller alone. */
  readonly perResource: boolean;
  allows(caller: Caller, resource: Resource): boolean;
  /** Which rows it opens to this caller. Absent where only a resource in hand can be decided. */
  readonly rows?: (caller: Caller) => Rows<Match>;
  /** Says why it allows this caller the resource, or why not, in a few words. */
  because(caller: Caller, resource: Resource | undefined): string;
}

/** A rule in full: what it takes must be tested by hand, so no list can be derived from it. */
export type Predicate<in Resource> = (caller: Caller, resource: Resource) => boolean;

export interface MatchOptions {
  /**
   * Permission that the caller needs besides. It keeps API keys and tokens with scopes to what they are for: a rule without one
   * allows its owner's things to every key of that owner. @default none
   */
  readonly needs?: string;
}

type Matchable = Readonly<Record<string, string | number | boolean | undefined>>;
/** What a resource has in these fields, so that `open: true` can be asked of one that is open or not. */
type Comparable<M> = { readonly [K in keyof M]: M[K] extends boolean | undefined ? boolean | undefined : M[K] extends string | undefined ? string | undefined : M[K] extends number | undefined ? number | undefined : M[K] };
type Present<M> = { readonly [K in keyof M]: Exclude<M[K], undefined> };

/** Allows who has a permission, whatever the resource. */
export function permission(name: string): Rule<unknown, never> {
  assertPermission(name);
  return {
    description: `with the permission \`${name}\``,
    document: { permission: name },
    permissions: [name],
    perResource: false,
    allows: ({ permissions }) => permits(permissions, name),
    rows: ({ permissions }) => (permits(permissions, name) ? 'all' : 'none'),
    because: ({ permissions }) => whyPermitted(permissions, name),
  };
}

/** Allows the one whose id a field of the resource holds: `own('customerId')`. */
export const own = <const Field extends string>(field: Field, options: MatchOptions = {}): Rule<{ readonly [K in Field]: string }, { readonly [K in Field]: string }> =>
  match((caller) => ({ [field]: caller.id }) as { readonly [K in Field]: string }, `whose id is its \`${field}\``, options);

export interface MatchingOptions extends MatchOptions {
  /** Part of a sentence about the caller, in Markdown: "of the same tenant". */
  readonly description: string;
}

/**
 * Allows where all of these fields of the resource have these values. The same values narrow a list, so the two cannot
 * disagree. A value that the caller lacks (`undefined`) matches nothing.
 * @example
 * matching((caller) => ({ tenant: caller.tenant }), { description: 'of the same tenant' })
 */
export const matching = <M extends Matchable>(values: (caller: Caller) => M, { description, ...options }: MatchingOptions): Rule<Comparable<M>, Present<M>> =>
  match(values, description, options) as unknown as Rule<Comparable<M>, Present<M>>;

function match<M extends Matchable>(values: (caller: Caller) => M, description: string, { needs }: MatchOptions): Rule<M, M> {
  if (needs !== undefined) assertPermission(needs);
  /** The values to look for, or `undefined` for a caller to whom the rule does not apply. */
  const wanted = (caller: Caller): M | undefined => {
    if (needs !== undefined && !permits(caller.permissions, needs)) return undefined;
    const found = values(caller);
    const list = Object.values(found);
    if (list.length === 0) throw new TypeError('A rule that compares no field would match everything.');
    return list.includes(undefined) ? undefined : found;
  };
  const holds = (found: M, resource: M): boolean => {
    for (const field in found) if (resource[field] !== found[field]) return false;
    return true;
  };
  return {
    description: needs === undefined ? description : `${description}, with the permission \`${needs}\``,
    document: { match: description, ...(needs !== undefined && { permission: needs }) },
    permissions: needs === undefined ? [] : [needs],
    perResource: true,
    allows(caller, resource) {
      const found = wanted(caller);
      return found !== undefined && holds(found, resource);
    },
    rows: (caller) => wanted(caller) ?? 'none',
    because(caller, resource) {
      if (needs !== undefined && !permits(caller.permissions, needs)) return whyPermitted(caller.permissions, needs);
      const found = wanted(caller);
      if (found === undefined) return 'the caller has no value to compare';
      if (resource === undefined) return `it depends on ${Object.keys(found).join(', ')}`;
      return Object.entries(found)
        .map(([field, value]) => (resource[field] === value ? `${field} is ${JSON.stringify(value)}` : `${field} is ${JSON.stringify(resource[field])}, not ${JSON.stringify(value)}`))
        .join(' and ');
    },
  };
}

/** Wraps a function that tests a resource. */
export const predicate = (test: Predicate<any>): Rule<any, never> => ({
  description: 'where the resource itself allows it',
  document: 'decided by the resource',
  permissions: [],
  perResource: true,
  allows: (caller, resource) => test(caller, resource) === true,
  because: (caller, resource) => (resource === undefined ? 'it depends on the resource' : `its function says ${test(caller, resource) === true ? 'yes' : 'no'}`),
});

function whyPermitted(granted: ReadonlySet<string>, name: string): string {
  const through = grantFor(granted, name);
  if (through === undefined) return `the caller lacks ${name}`;
  return through === name ? `the caller has ${name}` : `the caller has ${name} through ${through}`;
}
