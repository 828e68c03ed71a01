import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import type { Caller } from './caller.js';

/** W3C trace context: lower-case hex ids of 32 and 16 digits. @see https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  /** The `tracestate` header as received. */
  readonly state?: string;
}

/** What belongs to one request, message or job and is known everywhere below it without being passed along. */
export interface RequestContext {
  readonly requestId: string;
  readonly trace?: TraceContext;
  readonly caller?: Caller;
  readonly tenant?: string;
  /** Aborted when the client has gone, the deadline has passed or the process gives up waiting. */
  readonly signal?: AbortSignal;
  /** When the answer is of no use any more, in milliseconds since the Unix epoch. */
  readonly deadline?: number;
}

// One storage a process, also where two copies of this library are loaded.
const key = Symbol.for('org.enterprise.context');
const storage = ((globalThis as Record<symbol, unknown>)[key] ??= new AsyncLocalStorage<RequestContext>()) as AsyncLocalStorage<RequestContext>;

/** Returns the context of what is running now, or `undefined` outside of any. */
export const currentContext = (): RequestContext | undefined => storage.getStore();

/** Runs `task` in exactly this context; it lasts through every await, timer and stream that `task` starts. */
export const runInContext = <R>(context: RequestContext, task: () => R): R => storage.run(context, task);

/**
 * Runs `task` in the current context with some fields replaced.
 * @throws TypeError outside of a context
 */
export function extendContext<R>(fields: Partial<RequestContext>, task: () => R): R {
  const outer = storage.getStore();
  if (!outer) throw new TypeError('extendContext needs a surrounding runInContext.');
  return storage.run({ ...outer, ...fields }, task);
}

/** Runs `task` without a context, for work that must outlive the request that starts it. */
export const leaveContext = <R>(task: () => R): R => storage.exit(task);

/** Returns `callback` bound to the current context, for libraries that call back from somewhere else. */
export const bindContext = <F extends (...args: never[]) => unknown>(callback: F): F => AsyncLocalStorage.bind(callback) as unknown as F;

const subscribing = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const;
const bound = Symbol.for('org.enterprise.context.bound');

/**
 * Makes listeners that are added to `emitter` from now on run in the context in which they are added.
 *
 * Node emits a request's `data` and `end` in the context of its connection, so a body parser that reads them would
 * otherwise lose the request's.
 */
export function bindEmitter<E extends EventEmitter>(emitter: E): E {
  if (bound in emitter) return emitter;
  const wrappers = new WeakMap<object, (...args: unknown[]) => unknown>();
  const wrap = (listener: (...args: unknown[]) => unknown): ((...args: unknown[]) => unknown) => {
    const known = wrappers.get(listener);
    if (known) return known;
    const context = storage.getStore();
    if (!context) return listener;
    const wrapper = Object.assign(
      function (this: unknown, ...args: unknown[]) { return storage.run(context, () => listener.apply(this, args)); },
      { listener }, // by which EventEmitter finds it again in removeListener
    );
    wrappers.set(listener, wrapper);
    return wrapper;
  };
  for (const method of subscribing) {
    const original = emitter[method] as (event: string | symbol, listener: (...args: unknown[]) => unknown) => E;
    Object.defineProperty(emitter, method, {
      configurable: true, writable: true,
      value(event: string | symbol, listener: (...args: unknown[]) => unknown) { return original.call(this, event, wrap(listener)); },
    });
  }
  return Object.defineProperty(emitter, bound, { value: true });
}
