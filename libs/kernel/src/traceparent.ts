import type { TraceContext } from './context.js';

const shape = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;

/**
 * Reads a `traceparent`, with the `tracestate` that came along; `undefined` where it is none.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function parseTraceparent(header: string | undefined, state: string | undefined): TraceContext | undefined {
  const match = header === undefined || header.startsWith('ff') ? null : shape.exec(header);
  if (!match || /^0+$/.test(match[1]!) || /^0+$/.test(match[2]!)) return undefined;
  return { traceId: match[1]!, spanId: match[2]!, sampled: (parseInt(match[3]!, 16) & 1) === 1, ...(state !== undefined && { state }) };
}

/** Writes a `traceparent` of version 00. */
export const formatTraceparent = ({ traceId, spanId, sampled }: TraceContext): string => `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
