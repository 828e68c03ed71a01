import { parseTraceparent, type Caller, type RequestContext, type TraceContext } from '@org/enterprise-kernel';
import type { Exchange } from './exchange.js';

/**
 * What code below a handler knows about the request without being told.
 *
 * A class, because a literal with a getter gets a hidden class of its own every time, which V8 keeps until its next full
 * collection, and the request with it.
 */
class ExchangeContext implements RequestContext {
  readonly requestId: string;
  readonly caller: Caller;
  declare trace?: TraceContext;
  declare tenant?: string;
  declare deadline?: number;
  own: AbortSignal | undefined;

  constructor(readonly exchange: Exchange) {
    this.requestId = exchange.requestId;
    this.caller = exchange.caller;
  }

  get signal(): AbortSignal { return this.own ?? this.exchange.signal; }
  set signal(signal: AbortSignal) { this.own = signal; }
}

/** Makes the context that a request is handled in. */
export function requestContext(exchange: Exchange): RequestContext {
  const context = new ExchangeContext(exchange);
  const trace = parseTraceparent(exchange.header('traceparent'), exchange.header('tracestate'));
  if (trace) context.trace = trace;
  if (exchange.caller.tenant !== undefined) context.tenant = exchange.caller.tenant;
  // From when the request came: what reading its body took is gone.
  const timeout = exchange.endpoint?.timeout ?? 0;
  if (timeout > 0) context.deadline = performance.timeOrigin + exchange.startedAt + timeout;
  return context;
}
