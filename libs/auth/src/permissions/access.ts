import { Forbidden, isAppError, Unauthenticated, type Caller } from '@org/enterprise-kernel';
import { explanation, type Explanation } from './explanation.js';
import { permission } from './rules.js';

/** A rule that decides for itself: a {@link Policy}, or one of yours. */
export interface AccessRule {
  readonly name: string;
  /** @throws `unauthenticated` or `forbidden` for a caller to whom it allows nothing at all */
  admit(caller: Caller): void;
  readonly watch?: () => () => void;
  readonly reach?: (caller: Caller) => Reach;
  readonly explain?: (caller: Caller) => Explanation;
  readonly permissions?: readonly string[];
}

/** Who may call a route: `public` is anyone, `authenticated` anyone who is known, any other text a permission. */
export type Access = 'public' | 'authenticated' | (string & {}) | AccessRule;

/** `own` depends on the resource. */
export type Reach = 'allowed' | 'own' | 'denied';

/** Access as it was declared, ready to be asked. */
export interface CompiledAccess {
  /** As a person would write it. */
  readonly label: string;
  readonly permissions: readonly string[];
  /** @throws UNAUTHENTICATED or FORBIDDEN */
  admit(caller: Caller): void;
  reach(caller: Caller): Reach;
  explain(caller: Caller): Explanation;
  /** Of a rule that its handler has to ask. */
  readonly watch: (() => () => void) | undefined;
}

/** Prepares what was declared, once. @throws TypeError for no access at all, or a permission that is written wrongly */
export function compileAccess(access: Access): CompiledAccess {
  if (typeof access === 'object' && access !== null) return ofRule(access);
  if (access === 'public') return simple(access, () => true, 'everyone is');
  if (access === 'authenticated') return simple(access, ({ kind }) => kind !== 'anonymous', 'everyone is who is known');
  if (!access) throw new TypeError('Say who has access: public, authenticated, a permission, or a policy.');
  return ofPermission(access);
}

/**
 * Says why a caller may use what has this access, or may not. Of a policy it says what is known without a resource; its own
 * `explain` takes one.
 */
export const explain = (access: Access, caller: Caller): Explanation => compileAccess(access).explain(caller);

function simple(label: string, test: (caller: Caller) => boolean, because: string): CompiledAccess {
  return {
    label, permissions: [], watch: undefined,
    admit(caller) { if (!test(caller)) throw new Unauthenticated(); },
    reach: (caller) => (test(caller) ? 'allowed' : 'denied'),
    explain: (caller) => explanation(label, caller, [{ rule: label, allowed: test(caller), because: test(caller) ? because : 'nobody is known' }]),
  };
}

function ofPermission(name: string): CompiledAccess {
  const { allows, because } = permission(name);
  const may = (caller: Caller): boolean => caller.kind !== 'anonymous' && allows(caller, undefined);
  return {
    label: name, permissions: [name], watch: undefined,
    admit(caller) {
      if (caller.kind === 'anonymous') throw new Unauthenticated();
      if (!allows(caller, undefined)) throw new Forbidden({ permission: name });
    },
    reach: (caller) => (may(caller) ? 'allowed' : 'denied'),
    explain: (caller) => explanation(name, caller, [{ rule: 'permission', allowed: may(caller), because: caller.kind === 'anonymous' ? 'nobody is known' : because(caller, undefined) }]),
  };
}

function ofRule(rule: AccessRule): CompiledAccess {
  const { name, permissions = [] } = rule;
  const admits = (caller: Caller): boolean => {
    try {
      rule.admit(caller);
      return true;
    } catch (error) {
      if (isAppError(error)) return false;
      throw error;
    }
  };
  return {
    label: name, permissions, watch: rule.watch && (() => rule.watch!()),
    admit: (caller) => rule.admit(caller),
    // Of a rule that does not say, only the refusal in front is known; with a check behind it, what passes depends on the resource.
    reach: (caller) => rule.reach?.(caller) ?? (!admits(caller) ? 'denied' : rule.watch ? 'own' : 'allowed'),
    explain: (caller) => rule.explain?.(caller)
      ?? explanation(name, caller, [{ rule: name, allowed: admits(caller), because: admits(caller) ? 'it admits the caller' : 'it does not admit the caller' }]),
  };
}
