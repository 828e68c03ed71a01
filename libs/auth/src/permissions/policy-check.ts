import { currentContext } from '@org/enterprise-kernel';
import { PolicyNotChecked } from '../errors.js';

interface Asked { [slot]?: Set<object> }

// On the request's context, which copies made by extendContext share with it. Nothing is kept for routes without a policy.
const slot = Symbol.for('org.enterprise.auth.asked');

/** Notes, for whoever watches this request, that a policy has allowed something. */
export function noteAsked(policy: object): void {
  (currentContext() as Asked | undefined)?.[slot]?.add(policy);
}

/**
 * Watches the request that is being handled; returns what throws unless the policy has allowed something since.
 * @throws TypeError outside of a request context
 */
export function watchPolicy(policy: { readonly name: string }): () => void {
  const context = currentContext() as Asked | undefined;
  if (!context) throw new TypeError('A route with a policy needs a request context around it: authenticate() of the guards makes one, runInContext another.');
  // Several policies may watch one request; what this one has allowed before counts no more.
  const asked = (context[slot] ??= new Set());
  asked.delete(policy);
  return () => { if (!asked.has(policy)) throw new PolicyNotChecked({ policy: policy.name }); };
}
