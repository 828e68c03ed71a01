import type { RequestContext } from '@org/enterprise-kernel';

/** The headers by which a request that is made for another one is told as such. @see https://www.w3.org/TR/trace-context/ */
export function contextHeaders(context: RequestContext | undefined): Record<string, string> {
  if (!context) return {};
  const { requestId, trace } = context;
  return {
    ...(requestId !== '' && { 'x-request-id': requestId }),
    ...(trace && { traceparent: `00-${trace.traceId}-${trace.spanId}-${trace.sampled ? '01' : '00'}` }),
    ...(trace?.state !== undefined && { tracestate: trace.state }),
  };
}
