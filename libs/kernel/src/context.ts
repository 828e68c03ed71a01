import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
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
  /** The same for all that one request set off, across messages and processes. @default the request id */
  readonly correlationId?: string;
  /** Id of the event that this work answers. */
  readonly causationId?: string;
  /** When the answer is of no use any more, in milliseconds since the Unix epoch. */
  readonly deadline?: number;
}

// One storage a process, also where two copies of this library are loaded.
const key = Symbol.for('org.enterprise.context');
const storage = ((globalThis as Record<symbol, unknown>)[key] ??= new AsyncLocalStorage()) as AsyncLocalStorage<RequestContext | undefined>;

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
  // With its prototype, so that a context may compute a field when it is first asked for.
  return storage.run(Object.assign(Object.create(Object.getPrototypeOf(outer)), outer, fields) as RequestContext, task);
}

/** Runs `task` without a context, for work that must outlive the request that starts it. */
export const leaveContext = <R>(task: () => R): R => storage.run(undefined, task);

/**
 * Returns `callback` bound to the current context, for libraries that call back from somewhere else. It is bound to the
 * whole asynchronous context, so that an OpenTelemetry span comes along.
 */
export function bindContext<F extends (this: any, ...args: any[]) => unknown>(callback: F): F {
  // AsyncLocalStorage.bind does the same in hundreds of times the time.
  const scope = new AsyncResource('EnterpriseContext');
  return function (this: unknown, ...args) { return scope.runInAsyncScope(callback, this, ...args); } as F;
}

type Listener = (this: unknown, ...args: any[]) => unknown;
type Subscribe = (event: string | symbol, listener: Listener) => EventEmitter;

const bound = Symbol.for('org.enterprise.context.bound');

/**
 * Makes listeners that are added to `emitter` from now on run in the context in which they are added, and returns it.
 *
 * Node emits a request's `data` and `end` in the context of its connection, so a body parser that reads them would
 * otherwise lose the request's.
 */
export function bindEmitter<E extends EventEmitter>(emitter: E): E {
  if (bound in emitter) return emitter;
  const { on, addListener, prependListener, removeListener } = emitter;

  // One wrapper for each call, as the same listener may be added in several contexts. EventEmitter knows a wrapper by its
  // `listener`, which is how removeListener and listeners() work. Its own `once` would wrap a second time and hide it.
  const binding = (subscribe: Subscribe, once: boolean): Subscribe => function (this: EventEmitter, event, listener) {
    if (typeof listener !== 'function' || (!once && bound in listener)) return subscribe.call(this, event, listener);
    const wrapper = bindContext(function (this: EventEmitter, ...args) {
      if (once) removeListener.call(this, event, wrapper);
      return listener.apply(this, args);
    } as Listener);
    return subscribe.call(this, event, Object.assign(wrapper, { listener, [bound]: true }));
  };
  return Object.assign(emitter, {
    on: binding(on, false),
    addListener: binding(addListener, false),
    once: binding(on, true),
    prependListener: binding(prependListener, false),
    prependOnceListener: binding(prependListener, true),
    [bound]: true,
  });
}
