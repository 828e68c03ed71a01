import type { RequestContext, TraceContext } from '@org/enterprise-kernel';
import type { Exchange } from './exchange.js';

/** What code below a handler knows about the request without being told. */
export function requestContext(exchange: Exchange): RequestContext {
  const { requestId, caller } = exchange;
  const trace = parseTraceparent(exchange.header('traceparent'), exchange.header('tracestate'));
  return {
    requestId,
    caller,
    ...(trace && { trace }),
    ...(caller.tenant !== undefined && { tenant: caller.tenant }),
    get signal() { return exchange.signal; },
  };
}

const traceparent = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;

/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
export function parseTraceparent(header: string | undefined, state: string | undefined): TraceContext | undefined {
  const match = header === undefined || header.startsWith('ff') ? null : traceparent.exec(header);
  if (!match || /^0+$/.test(match[1]!) || /^0+$/.test(match[2]!)) return undefined;
  return { traceId: match[1]!, spanId: match[2]!, sampled: (parseInt(match[3]!, 16) & 1) === 1, ...(state !== undefined && { state }) };
}
