import { fromCloudEvent, toCloudEvent } from './cloud-event.js';
import { EventUnreadable } from './errors.js';
import type { RecordedEvent } from './recorded-event.js';

const event: RecordedEvent = {
  id: '01a20456-f1fe-70ff-84c8-ab5ddf832bea', type: 'order.placed', version: 2, key: 'o1', payload: { order_id: 'o1' }, occurredAt: new Date('2026-02-03T04:05:06.789Z'),
  correlationId: 'c1', causationId: 'e0', tenant: 't1', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'vendor=1',
};
const json = {
  specversion: '1.0', id: event.id, source: '/shop/orders', type: 'order.placed', subject: 'o1', time: '2026-02-03T04:05:06.789Z',
  datacontenttype: 'application/json', dataversion: 2, correlationid: 'c1', causationid: 'e0', tenant: 't1',
  traceparent: event.traceparent, tracestate: 'vendor=1', data: { order_id: 'o1' },
};

test('an event is written as a CloudEvent', () => {
  expect(toCloudEvent(event, { source: '/shop/orders' })).toEqual(json);
});

test('attribute names are what CloudEvents allows', () => {
  expect(Object.keys(toCloudEvent(event, { source: '/shop/orders' })).filter((name) => !/^[a-z0-9]{1,20}$/.test(name))).toEqual([]);
});

test('what is written can be read again', () => {
  expect(fromCloudEvent(JSON.parse(JSON.stringify(toCloudEvent(event, { source: '/shop/orders' }))))).toEqual(event);
  const { correlationId: _1, causationId: _2, tenant: _3, traceparent: _4, tracestate: _5, ...bare } = event;
  const written = toCloudEvent(bare, { source: 'urn:x' });
  expect(Object.values(written)).not.toContain(undefined);
  expect(fromCloudEvent(written)).toEqual(bare);
});

test('of another system only what CloudEvents requires is needed', () => {
  const before = Date.now();
  const { occurredAt, ...rest } = fromCloudEvent({ specversion: '1.0', id: '7', source: 'urn:crm', type: 'contact.moved', unknown: true });
  expect(rest).toEqual({ id: '7', type: 'contact.moved', version: 1, key: '7', payload: undefined });
  expect(occurredAt.getTime()).toBeGreaterThanOrEqual(before);
  expect(fromCloudEvent({ ...json, datacontenttype: 'application/vnd.shop+json; charset=utf-8' }).payload).toEqual({ order_id: 'o1' });
});

test.each([
  [null, 'not a CloudEvent'], ['text', 'not a CloudEvent'], [{ ...json, specversion: '0.3' }, 'not a CloudEvent of version 1.0'],
  [{ ...json, id: undefined }, 'id is missing'], [{ ...json, id: 7 }, 'id is not a text'], [{ ...json, id: '' }, 'id is not a text'],
  [{ ...json, source: undefined }, 'source is missing'], [{ ...json, type: undefined }, 'type is missing'],
  [{ ...json, time: 'yesterday' }, 'time is no time'], [{ ...json, subject: {} }, 'subject is not a text'],
  [{ ...json, datacontenttype: 'application/xml' }, 'its data is application/xml, not JSON'],
  [{ ...json, dataversion: 0 }, 'dataversion'], [{ ...json, dataversion: '2' }, 'dataversion'], [{ ...json, tenant: 7 }, 'tenant is not a text'],
])('%j is refused', (value, reason) => {
  let error: any;
  try { fromCloudEvent(value); } catch (thrown) { error = thrown; }
  expect(EventUnreadable.is(error)).toBe(true);
  expect(error.details.reason).toContain(reason);
});
