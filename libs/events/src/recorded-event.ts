import { currentContext, formatTraceparent, type DomainEvent } from '@org/enterprise-kernel';

/** An event as it is stored and sent: with when it happened and what it came of. */
export interface RecordedEvent<Type extends string = string, Payload = unknown> extends DomainEvent<Type, Payload> {
  readonly occurredAt: Date;
  /** The same for all that one request set off, across events and processes. */
  readonly correlationId?: string;
  /** Id of the event that this one answers. */
  readonly causationId?: string;
  readonly tenant?: string;
  /** W3C trace context of the work that raised it. @see https://www.w3.org/TR/trace-context/ */
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/** Adds to events what is known of the work that raises them, from the kernel's current context. */
export function recordEvents(events: readonly DomainEvent[], now: number): RecordedEvent[] {
  const occurredAt = new Date(now);
  const context = currentContext();
  if (!context) return events.map((event) => ({ ...event, occurredAt }));
  const { requestId, correlationId = requestId, causationId, tenant, trace } = context;
  const origin = {
    occurredAt, correlationId,
    ...(causationId !== undefined && { causationId }),
    ...(tenant !== undefined && { tenant }),
    ...(trace && { traceparent: formatTraceparent(trace), ...(trace.state !== undefined && { tracestate: trace.state }) }),
  };
  return events.map((event) => ({ ...event, ...origin }));
}
