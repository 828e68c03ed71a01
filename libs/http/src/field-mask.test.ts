import { z } from 'zod';
import type { Caller } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import { contract } from './contract.js';
import { createDispatcher } from './dispatcher.js';
import { fakeRequest } from './fake-request.js';
import { compileFieldMask } from './field-mask.js';
import { implement } from './implement.js';
import { openApiDocument } from './openapi/document.js';
import { accepted, events, ok, oneOf } from './returns.js';
import { reply } from './reply.js';
import { evolve, route } from './route.js';
import { isVisible, visibleTo, type FieldRule } from './visible-to.js';

const own: FieldRule<{ id: string }> = {
  name: 'users.own', description: 'For the user alone.', document: { policy: 'users.own' }, shows: (caller, { id }) => caller.id === id,
};
const User = z.object({ id: z.string(), email: visibleTo(own, z.email()), notes: visibleTo('users:read', z.array(z.string())) });
const ada = { id: 'ada', email: 'ada@example.com', notes: ['vip'] };
const bob = { id: 'bob', email: 'bob@example.com', notes: [] };
const caller = (id: string, ...permissions: string[]): Caller => ({ id, kind: 'user', roles: [], permissions: new Set(permissions) });
const hide = (schema: z.ZodType, value: unknown, as = caller('ada')): unknown => JSON.parse(JSON.stringify(compileFieldMask(schema, 'test')!(value, as)));

test('a field is there for those who may see it, and for nobody else', () => {
  expect(hide(User, ada)).toEqual({ id: 'ada', email: 'ada@example.com' });
  expect(hide(User, bob)).toEqual({ id: 'bob' });
  expect(hide(User, bob, caller('x', 'users:read'))).toEqual({ id: 'bob', notes: [] });
});

test('it is found wherever it is', () => {
  const Tree = z.object({ name: z.string(), secret: visibleTo('s', z.string()), get children() { return z.array(Tree); } });
  const shapes: readonly (readonly [z.ZodType, unknown, unknown])[] = [
    [z.array(User), [ada, bob], [{ id: 'ada', email: ada.email }, { id: 'bob' }]],
    [z.object({ user: User.nullable(), other: User.optional(), more: User.readonly().optional() }), { user: null, more: bob }, { user: null, more: { id: 'bob' } }],
    [z.record(z.string(), User), { a: bob }, { a: { id: 'bob' } }],
    [z.tuple([z.string(), User], User), ['x', bob, bob], ['x', { id: 'bob' }, { id: 'bob' }]],
    [z.discriminatedUnion('kind', [z.object({ kind: z.literal('user'), user: User }), z.object({ kind: z.literal('none') })]), { kind: 'user', user: bob }, { kind: 'user', user: { id: 'bob' } }],
    [Tree, { name: 'a', secret: 'x', children: [{ name: 'b', secret: 'y', children: [] }] }, { name: 'a', children: [{ name: 'b', children: [] }] }],
    [z.lazy(() => User), bob, { id: 'bob' }],
    [z.looseObject({ id: z.string(), email: visibleTo(own, z.string()) }), { ...bob, extra: 1 }, { id: 'bob', notes: [], extra: 1 }],
    [z.object({ deep: z.object({ deeper: z.array(z.object({ user: User })) }) }), { deep: { deeper: [{ user: bob }] } }, { deep: { deeper: [{ user: { id: 'bob' } }] } }],
  ];
  for (const [schema, value, expected] of shapes) expect(hide(schema, value)).toEqual(expected);
});

test('nothing that is done to its schema afterwards uncovers it', () => {
  const email = visibleTo('users:read', z.email());
  for (const field of [email.meta({ example: 'a@b.c' }), email.describe('x'), email.nullable(), email.optional(), email.nullish(), email.readonly(), email.refine(() => true), email.nonoptional()]) {
    expect(hide(z.object({ email: field }), bob)).toEqual({});
  }
  const widened = [User.extend({ more: z.string() }), User.partial(), User.required(), User.pick({ email: true, id: true }), User.meta({ id: 'U' }), z.object({ ...User.shape }), User.safeExtend({ x: z.string() })];
  for (const schema of widened) expect(hide(schema, bob)).not.toHaveProperty('email');
});

test('two restrictions on one field both count', () => {
  const schema = z.object({ email: visibleTo('a', visibleTo('b', z.string())) });
  expect([hide(schema, bob, caller('x', 'a')), hide(schema, bob, caller('x', 'b')), hide(schema, bob, caller('x', 'a', 'b'))]).toEqual([{}, {}, { email: bob.email }]);
});

test('getters of a class count, and the value itself is not changed', () => {
  class Model { #email = 'bob@example.com'; get id() { return 'bob'; } get email() { return this.#email; } notes = ['x']; }
  const model = new Model();
  expect(hide(User, model)).toEqual({ id: 'bob' });
  expect(hide(User, model, caller('bob'))).toEqual({ id: 'bob', email: 'bob@example.com' });
  expect(model.notes).toEqual(['x']);
});

test('a schema without restrictions gets no mask at all', () => {
  expect(compileFieldMask(z.object({ id: z.string(), list: z.array(z.object({ a: z.int().optional() })) }), 'test')).toBeUndefined();
});

test.each([
  ['the whole answer', visibleTo('a', z.string()), 'test is restricted by visibleTo, but is no field'],
  ['an item of a list', z.object({ list: z.array(visibleTo('a', z.string())) }), 'test.list[] is restricted'],
  ['a value of a record', z.record(z.string(), visibleTo('a', z.string())), 'test[key] is restricted'],
  ['a field of one of several possible objects', z.object({ it: z.union([User, z.object({ id: z.string() })]) }), 'test.it is restricted by visibleTo, but inside of a union'],
  ['the same in a second place', z.object({ a: User, b: z.union([User, z.string()]) }), 'test.b is restricted'],
  ['a field of an intersection', z.intersection(User, z.object({ x: z.string() })), 'write one object with .extend'],
])('a restriction on %s is refused at start', (_what, schema, message) => {
  expect(() => compileFieldMask(schema, 'test')).toThrow(message);
});

test('a restriction for nobody in particular is refused', () => {
  expect(() => visibleTo('', z.string())).toThrow('Say who sees');
  expect(isVisible('a', caller('x'), {})).toBe(false);
});

describe('a route', () => {
  const UserV1 = z.object({ id: z.string(), mail: z.string() });
  const declared = { method: 'GET', access: 'authenticated', summary: 'x', params: z.object({ id: z.string() }) } as const;
  const v1 = route({ ...declared, path: '/users/{id}', returns: ok(UserV1) });
  const get = evolve(v1, { since: 'v2', returns: ok(User, { etag: 'id' }) }, { downgrade: ({ id, email }) => ({ id, mail: email ?? '' }) });
  const weak = route({ ...declared, path: '/weak/{id}', returns: ok(User, { etag: 'weak' }) });
  const either = route({ ...declared, path: '/either/{id}', returns: oneOf(ok(z.object({ id: z.string() })), accepted(User)) });
  const watch = route({ ...declared, path: '/watch/{id}', returns: events(User) });
  const users = new Map([['ada', ada], ['bob', bob]]);
  const dispatcher = createDispatcher({
    versions: versionSet({ supported: ['v1', 'v2'], default: 'v2' }), validateAnswers: true,
    authenticator: { authenticate: ({ header }) => caller('ada', ...(header('x-permissions')?.split(',') ?? [])) },
    routes: [implement(contract('users', { get, weak, either, watch }), {}, () => ({
      get: ({ params: { id } }) => users.get(id)!,
      weak: ({ params: { id } }) => users.get(id)!,
      either: ({ params: { id } }) => reply(users.get(id)!, { status: 202 }),
      watch: async function* ({ params: { id } }: { params: { id: string } }) { yield users.get(id)!; } as never,
    }))],
  });
  const call = async (url: string, headers: Record<string, string> = {}) => {
    const answer = await dispatcher.handle(fakeRequest('GET', url, { headers }));
    const named = (name: string): string | undefined => answer.headers[answer.headers.indexOf(name) + 1 || answer.headers.length];
    let { body } = answer;
    if (typeof body === 'object' && Symbol.asyncIterator in body) { let text = ''; for await (const chunk of body) text += String(chunk); body = text; }
    return { status: answer.status, body: body as string, tag: named('ETag')!, cache: named('Cache-Control') };
  };

  test('leaves out what its caller must not see, and keeps caches from sharing it', async () => {
    const { body, cache } = await call('/api/v2/users/bob');
    expect([JSON.parse(body).data, cache]).toEqual([{ id: 'bob' }, 'private']);
    expect(JSON.parse((await call('/api/v2/users/ada')).body).data).toEqual({ id: 'ada', email: ada.email });
    expect(JSON.parse((await call('/api/v2/either/bob')).body).data).toEqual({ id: 'bob' });
    expect((await call('/api/v2/watch/bob', { accept: 'text/event-stream' })).body).toMatch(/^data: {"id":"bob"}$/m);
  });

  test('does not show it in an older version, under another name either', async () => {
    expect(JSON.parse((await call('/api/v1/users/bob')).body).data).toEqual({ id: 'bob', mail: '' });
    expect(JSON.parse((await call('/api/v1/users/ada')).body).data).toEqual({ id: 'ada', mail: ada.email });
  });

  test('does not take two callers\' answers for one because the thing has one version', async () => {
    const { tag } = await call('/api/v2/users/bob');
    expect(await call('/api/v2/users/bob', { 'if-none-match': tag, 'x-permissions': 'users:read' })).toMatchObject({ status: 200, tag });
    const plain = await call('/api/v2/weak/bob');
    expect(await call('/api/v2/weak/bob', { 'if-none-match': plain.tag })).toMatchObject({ status: 304 });
    expect(await call('/api/v2/weak/bob', { 'if-none-match': plain.tag, 'x-permissions': 'users:read' })).toMatchObject({ status: 200 });
  });

  test('says in its document who sees what', () => {
    const document = openApiDocument(dispatcher, { version: 'v2', info: { title: 'x' } }) as any;
    const { properties, required } = document.paths['/users/{id}'].get.responses['200'].content['application/json'].schema.properties.data;
    expect(properties.email).toMatchObject({ type: 'string', format: 'email', 'x-visible-to': { policy: 'users.own' }, description: 'For the user alone.' });
    expect(properties.notes).toMatchObject({ type: 'array', 'x-visible-to': 'users:read', description: 'Only for callers with the permission `users:read`.' });
    expect(required).toEqual(['id']);
  });
});
