import { currentContext, systemClock, toMilliseconds } from '@org/enterprise-kernel';
import type { Route } from '../route.js';
import { answerReader } from './answer.js';
import { ApiTimeout } from './client.errors.js';
import type { ClientOptions } from './options.js';
import { compileOutgoing, type CallParts, type Outgoing } from './outgoing.js';
import { contextHeaders } from './propagation.js';
import { withRetries } from './retry.js';
import { timeLimit, type TimeLimit } from './time-limit.js';
import type { Send } from './transport.js';
import type { ApiResponse, CallOptions, NotModified, RouteCall } from './types.js';
import { assertServed } from './version.js';

const idempotent = new Set(['GET', 'PUT', 'DELETE']); // RFC 9110 section 9.2.2

/** Compiles a route into a function that calls it. */
export function compileCall(route: Route, operation: string, send: Send, options: ClientOptions): RouteCall<any, any> {
  const { version, clock = systemClock, backoff = {}, propagate = true, validateAnswers = false } = options;
  const usual = { timeout: options.timeout ?? { seconds: 30 }, retries: options.retries ?? 2 };
  const attemptTimeout = toMilliseconds(options.attemptTimeout ?? { seconds: 10 });
  const outgoing = compileOutgoing(route, operation);
  const readAnswer = answerReader(route, { operation, version, validateAnswers, clock });

  const limitOf = (milliseconds: number, ...signals: (AbortSignal | undefined)[]): TimeLimit =>
    timeLimit({ clock, limit: { milliseconds }, signals, expired: () => new ApiTimeout({ operation, limit_ms: milliseconds }) });
  const mayRepeat = ({ method, repeatable }: Outgoing, { idempotencyKey }: CallOptions): boolean =>
    repeatable && (idempotent.has(method) || idempotencyKey !== undefined);

  async function run(input: CallParts = {}, call: CallOptions = {}, ifNoneMatch?: string): Promise<ApiResponse<unknown> | NotModified> {
    assertServed(route, operation, version);
    const request = outgoing(input);
    const context = propagate ? currentContext() : undefined;
    const headers = {
      under: contextHeaders(context),
      over: { ...call.headers, ...(call.idempotencyKey !== undefined && { 'idempotency-key': call.idempotencyKey }), ...(ifNoneMatch !== undefined && { 'if-none-match': ifNoneMatch }) },
    };
    const timeout = Math.min(toMilliseconds(call.timeout ?? usual.timeout), Math.max(0, (context?.deadline ?? Infinity) - clock.now()));
    if (timeout === 0) throw new ApiTimeout({ operation, limit_ms: 0 });
    const whole = limitOf(timeout, call.signal, context?.signal);

    async function attempt(): Promise<ApiResponse<unknown> | NotModified> {
      const one = limitOf(attemptTimeout, whole.signal);
      const both: TimeLimit = { signal: one.signal, lift() { one.lift(); whole.lift(); }, release() { one.release(); whole.release(); } };
      try {
        return await readAnswer(await send(request, { operation, headers, signal: one.signal }), both, ifNoneMatch !== undefined);
      } catch (error) {
        one.release();
        throw error;
      }
    }
    const retries = mayRepeat(request, call) ? call.retries ?? usual.retries : 0;
    try {
      return await withRetries(attempt, { retries, backoff, clock, signal: whole.signal, due: clock.now() + timeout });
    } catch (error) {
      whole.release();
      throw error;
    }
  }

  const withResponse = (input?: CallParts, call?: CallOptions): Promise<ApiResponse<unknown>> => run(input, call) as Promise<ApiResponse<unknown>>;
  return Object.assign(async (input?: CallParts, call?: CallOptions) => (await withResponse(input, call)).data, {
    withResponse,
    async ifChanged(etag: string, input?: CallParts, call?: CallOptions) {
      if (route.spec.method !== 'GET') throw new TypeError(`${operation} is no GET: ifChanged does not work for it.`);
      return run(input, call, etag);
    },
  });
}
