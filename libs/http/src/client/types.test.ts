import { defineError } from '@org/enterprise-kernel';
import { z } from 'zod';
import { contract } from '../contract.js';
import { list, pageOf } from '../lists.js';
import { multipart } from '../multipart.js';
import { accepted, events, file, noContent, ok, oneOf } from '../returns.js';
import { evolve, route } from '../route.js';
import { createClient, hasCode, isApiError, type CallData, type CallInput, type EventStream, type ReceivedFile } from './index.js';

const open = { access: 'public', summary: 'x' } as const;
const params = z.object({ id: z.string() });
const Message = z.object({ id: z.string(), body: z.string() });
const products = list({ sort: ['price'], defaultSort: ['price'], filters: { category: z.string() } });
const changeV1 = route({ ...open, method: 'PATCH', path: '/m/{id}', params, ifMatch: 'optional', body: z.object({ text: z.string(), pinned: z.boolean().default(false) }), returns: ok(Message) });
const changeV2 = evolve(changeV1, { since: 'v2', ifMatch: 'required' }, {});
const getRoute = route({ ...open, method: 'GET', path: '/m/{id}', params, headers: z.object({ 'x-note': z.string() }), returns: ok(Message, { etag: 'id' }) });

const messages = contract('messages', {
  list: route({ ...open, method: 'GET', path: '/m', query: products.query, returns: ok(pageOf(Message)) }),
  get: getRoute,
  ping: route({ ...open, method: 'GET', path: '/ping', returns: ok(z.object({ pong: z.literal(true) })) }),
  change: changeV2,
  same: evolve(changeV1, { since: 'v2' }, {}),
  remove: route({ ...open, method: 'DELETE', path: '/m/{id}', params, returns: noContent() }),
  either: route({ ...open, method: 'POST', path: '/e', returns: oneOf(ok(z.object({ done: z.boolean() })), accepted(z.object({ job: z.string() }))) }),
  export: route({ ...open, method: 'GET', path: '/x', returns: file('text/csv') }),
  ticks: route({ ...open, method: 'GET', path: '/t', returns: events(z.object({ n: z.int() })) }),
  upload: route({ ...open, method: 'POST', path: '/u', body: multipart({ fields: z.object({}), files: {} }), returns: noContent() }),
});
const OutOfStock = defineError('OUT_OF_STOCK', { kind: 'conflict', title: 'x', details: z.object({ product_ids: z.array(z.string()) }) });

// Never called: what counts is whether it compiles.
export async function promises(): Promise<void> {
  const one = createClient(messages, { baseUrl: '', version: 'v2' });
  const { mail } = createClient({ mail: { messages } }, { baseUrl: '', version: 'v2' });
  const api = mail.messages;

  const answers: [{ pong: true }, string, string, void, { done: boolean } | { job: string }, ReceivedFile, EventStream<{ n: number }>] = [
    await one.ping(),
    (await api.list({ query: { sort: '-price', page_size: 5, category: 'tea' } })).items[0]!.body,
    (await api.get({ params: { id: '1' }, headers: { 'x-note': 'n' } })).body,
    await api.remove({ params: { id: '1' } }),
    await api.either(),
    await api.export(),
    await api.ticks(),
  ];
  void answers;
  await api.list();
  await api.ping({}, { timeout: { seconds: 1 }, signal: AbortSignal.abort(), retries: 0, idempotencyKey: 'k', headers: {} });
  await api.change({ params: { id: '1' }, ifMatch: '"v2-1"', body: { text: 'x' } });
  await api.same({ params: { id: '1' }, body: { text: 'x' } });
  await api.same({ params: { id: '1' }, body: { text: 'x' }, ifMatch: '"v2-1"' });
  await api.upload({ body: new FormData() });
  const { data, etag } = await api.get.withResponse({ params: { id: '1' }, headers: { 'x-note': 'n' } });
  const texts: [string, string | undefined] = [data.body, etag];
  void texts;

  // @ts-expect-error there is no such route
  await api.lst();
  // @ts-expect-error there is no such contract
  await mail.mesages.ping();
  // @ts-expect-error the input is missing
  await api.get();
  // @ts-expect-error params are missing
  await api.get({ headers: { 'x-note': 'n' } });
  // @ts-expect-error a declared header is missing
  await api.get({ params: { id: '1' } });
  // @ts-expect-error a parameter has the wrong type
  await api.remove({ params: { id: 1 } });
  // @ts-expect-error the route has no query
  await api.ping({ query: { a: 1 } });
  // @ts-expect-error the query has no such key
  await api.list({ query: { categry: 'tea' } });
  // @ts-expect-error a value of the query has the wrong type
  await api.list({ query: { page_size: '5' } });
  // @ts-expect-error the body has no such field
  await api.change({ params: { id: '1' }, ifMatch: '"x"', body: { text: 'x', txt: 'y' } });
  // @ts-expect-error a field of the body is missing
  await api.change({ params: { id: '1' }, ifMatch: '"x"', body: { pinned: true } });
  // @ts-expect-error a field of the body has the wrong type
  await api.change({ params: { id: '1' }, ifMatch: '"x"', body: { text: 1 } });
  // @ts-expect-error this version requires ifMatch
  await api.change({ params: { id: '1' }, body: { text: 'x' } });
  // @ts-expect-error the ETag may be missing
  await api.change({ params: { id: '1' }, body: { text: 'x' }, ifMatch: etag });
  // @ts-expect-error the route makes nothing of ifMatch
  await api.remove({ params: { id: '1' }, ifMatch: '"x"' });
  // @ts-expect-error a form is sent as FormData
  await api.upload({ body: { fields: {}, files: {} } });
  // @ts-expect-error not an option of a call
  await api.ping({}, { retry: 1 });
  // @ts-expect-error the answer may not be there
  void (await api.get.ifChanged('"x"', { params: { id: '1' }, headers: { 'x-note': 'n' } })).data;
  // @ts-expect-error the version is missing: the types are one version's
  createClient(messages, { baseUrl: '' });
  // @ts-expect-error neither a route nor a group of them
  createClient({ messages: 1 }, { baseUrl: '', version: 'v1' });
}

test('a route that is declared inside of its contract takes no more for it', () => {
  const input: CallInput<(typeof messages)['ping']> = {};
  // @ts-expect-error it has no query
  const wrong: CallInput<(typeof messages)['ping']> = { query: { a: 1 } };
  expect([input, Object.keys(wrong)]).toEqual([{}, ['query']]);
});

test('inputs and data have names of their own', () => {
  const input: CallInput<typeof getRoute> = { params: { id: '1' }, headers: { 'x-note': 'n' } };
  const data: CallData<typeof getRoute> = { id: '1', body: 'x' };
  // @ts-expect-error a field is missing
  const less: CallData<typeof getRoute> = { id: '1' };
  expect([input.params.id, data.body, less.id]).toEqual(['1', 'x', '1']);
});

test('an error is narrowed by its class', () => {
  const ids = (error: unknown): readonly string[] | undefined => {
    // @ts-expect-error nothing is known about it yet
    if (isApiError(error)) void error.details.product_ids;
    return hasCode(error, OutOfStock) ? error.details.product_ids : undefined;
  };
  expect(ids(new Error('x'))).toBeUndefined();
});
