import { currentContext } from '@org/enterprise-kernel';
import { PolicyNotChecked } from '../errors.js';

interface Asked { [slot]?: Set<object> }

// On the request's context, which copies made by extendContext share with it. Nothing is kept for routes without a policy.
const slot = Symbol.for('org.enterprise.auth.asked');

/** Notes, for whoever watches this request, that a policy has allowed something. */
export function noteAsked(policy: object): void {
  (currentContext() as Asked | undefined)?.[slot]?.add(policy);
}

/** Starts to watch a request; returns what tells whether the policy has allowed something since. */
export function watchAsked(policy: object): () => boolean {
  const context = currentContext() as Asked | undefined;
  if (!context) throw new TypeError('A route with a policy needs a request context around it: authenticate() of the guards makes one, runInContext another.');
  const asked = new Set<object>();
  context[slot] = asked;
  return () => asked.has(policy);
}

/** Runs a handler, and refuses what it returns unless the policy has allowed something meanwhile. */
export function enforceAsked<T>(policy: { readonly name: string }, handle: () => T | Promise<T>): T | Promise<T> {
  const wasAsked = watchAsked(policy);
  const checked = (result: T): T => {
    if (!wasAsked()) throw new PolicyNotChecked({ policy: policy.name });
    return result;
  };
  const result = handle();
  return isPromise(result) ? result.then(checked) : checked(result);
}

const isPromise = <T>(value: T | Promise<T>): value is Promise<T> => typeof (value as Partial<Promise<T>> | null | undefined)?.then === 'function';
