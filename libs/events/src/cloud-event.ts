import { EventUnreadable } from './errors.js';
import type { RecordedEvent } from './recorded-event.js';

/**
 * An event in the JSON format of CloudEvents 1.0, structured mode.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** The event's key. */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: unknown;
  /** Extension: version of the payload's schema. */
  readonly dataversion: number;
  /** Extensions correlation: `correlationid` and `causationid`. */
  readonly correlationid?: string;
  readonly causationid?: string;
  readonly tenant?: string;
  /** Extensions distributed tracing. */
  readonly traceparent?: string;
  readonly tracestate?: string;
}

const media = 'application/json';

/** Writes an event for other systems. `source` is a URI reference that names the application that raised it: `/shop/orders`. */
export function toCloudEvent(event: RecordedEvent, { source }: { readonly source: string }): CloudEvent {
  const { id, type, version, key, payload, occurredAt, correlationId, causationId, tenant, traceparent, tracestate } = event;
  return {
    specversion: '1.0', id, source, type, subject: key, time: occurredAt.toISOString(), datacontenttype: media, dataversion: version,
    ...(correlationId !== undefined && { correlationid: correlationId }),
    ...(causationId !== undefined && { causationid: causationId }),
    ...(tenant !== undefined && { tenant }),
    ...(traceparent !== undefined && { traceparent }),
    ...(tracestate !== undefined && { tracestate }),
    data: payload,
  };
}

/**
 * Reads an event that another system wrote, from the parsed JSON. What CloudEvents leaves optional and this needs has a
 * default: no `subject` is the id (an order of its own), no `time` is now, no `dataversion` is 1.
 * @throws EVENT_UNREADABLE
 */
export function fromCloudEvent(value: unknown): RecordedEvent {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  const type = typeof fields['type'] === 'string' ? fields['type'] : '';
  const version = fields['dataversion'] ?? 1;
  const refuse = (reason: string): never => { throw new EventUnreadable({ type, version: Number(version), reason }); };
  const optional = (name: string): string | undefined => {
    const field = fields[name];
    return field === undefined || (typeof field === 'string' && field !== '') ? field as string | undefined : refuse(`${name} is not a text`);
  };
  const required = (name: string): string => optional(name) ?? refuse(`${name} is missing`);

  if (fields['specversion'] !== '1.0') refuse('it is not a CloudEvent of version 1.0');
  const content = optional('datacontenttype');
  if (content !== undefined && !/^application\/(.+\+)?json\s*(;|$)/i.test(content)) refuse(`its data is ${content}, not JSON`);
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) refuse('dataversion is not a whole number from 1');
  const id = required('id');
  required('source');
  const time = optional('time');
  const occurredAt = time === undefined ? new Date() : new Date(time);
  if (Number.isNaN(occurredAt.getTime())) refuse('time is no time');
  const [correlationId, causationId, tenant, traceparent, tracestate] = ['correlationid', 'causationid', 'tenant', 'traceparent', 'tracestate'].map(optional);
  return {
    id, type: required('type'), version: version as number, key: optional('subject') ?? id, payload: fields['data'], occurredAt,
    ...(correlationId !== undefined && { correlationId }),
    ...(causationId !== undefined && { causationId }),
    ...(tenant !== undefined && { tenant }),
    ...(traceparent !== undefined && { traceparent }),
    ...(tracestate !== undefined && { tracestate }),
  };
}
