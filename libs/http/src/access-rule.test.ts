import { z } from 'zod';
import { defineError, Forbidden, type AppError, type Caller } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import type { AccessRule } from './access.js';
import { contract } from './contract.js';
import { createDispatcher, type CreateDispatcherOptions, type Dispatcher } from './dispatcher.js';
import { fakeRequest } from './fake-request.js';
import { memoryIdempotencyStore } from './idempotency/memory.js';
import { implement } from './implement.js';
import { plainRoute } from './plain-route.js';
import { noContent, ok } from './returns.js';
import { evolve, route } from './route.js';

const NoteNotFound = defineError('NOTE_NOT_FOUND', { kind: 'missing', title: 'There is no such note.' });
const PolicyNotChecked = defineError('POLICY_NOT_CHECKED', { kind: 'internal', title: 'Not checked.' });

/** Admits Ada, and lets handlers answer that have asked it. */
function rule(name: string): AccessRule & { asked: boolean } {
  const made = {
    name, description: 'Ada only.', document: { policy: name }, errors: [NoteNotFound], asked: false,
    admit(caller: Caller) { if (caller.id !== 'ada') throw new Forbidden({ policy: name }); },
    watch() {
      made.asked = false;
      return () => { if (!made.asked) throw new PolicyNotChecked(); };
    },
  };
  return made;
}
const old = rule('notes.old');
const read = rule('notes.read');
const declared = { method: 'GET', summary: 'x', returns: ok(z.object({ n: z.int() })) } as const;
const params = z.object({ how: z.string() });

const getV1 = route({ ...declared, path: '/notes/{how}', params, access: old });
const get = evolve(getV1, { since: 'v2', access: read }, {});
const put = route({ ...declared, method: 'POST', path: '/notes', access: read, idempotency: 'required' });
let written = 0;
const notes = implement(contract('notes', { get, put }), {}, () => ({
  get: ({ params: { how } }) => {
    if (how === 'hidden') throw new NoteNotFound();
    if (how === 'other') old.asked = true;
    read.asked = how === 'asked';
    return how === 'later' ? Promise.resolve({ n: 1 }) : { n: 1 };
  },
  put: () => { read.asked = true; written++; return { n: written }; },
}));
const versions = versionSet({ supported: ['v1', 'v2'], default: 'v2' });
const known = (id: string): Caller => ({ id, kind: 'user', roles: [], permissions: new Set() });
const logged: AppError[] = [];
const log = (_message: string, fields?: any): void => { if (fields?.error) logged.push(fields.error); };
const logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
const dispatcher = (options: Partial<CreateDispatcherOptions> = {}): Dispatcher => createDispatcher({
  versions, routes: [notes], logger, idempotency: memoryIdempotencyStore(),
  authenticator: { authenticate: ({ header }) => { const id = header('x-user'); return id === undefined ? undefined : known(id); } }, ...options,
});
const call = async (on: Dispatcher, url: string, user?: string, { method = 'GET', ...headers }: Record<string, string> = {}) => {
  const { status, body } = await on.handle(fakeRequest(method, url, { headers: { ...headers, ...(user && { 'x-user': user }) } }));
  return { status, code: body === undefined ? undefined : JSON.parse(body as string).code };
};
beforeEach(() => { logged.length = 0; });

test('a rule admits callers in front of the handler', async () => {
  const on = dispatcher();
  expect(await call(on, '/api/v2/notes/asked', 'ada')).toEqual({ status: 200, code: 'OK' });
  expect(await call(on, '/api/v2/notes/asked', 'bob')).toEqual({ status: 403, code: 'FORBIDDEN' });
  expect(await call(on, '/api/v2/notes/asked')).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
});

test.each(['unasked', 'later', 'other'])('an answer of a handler that did not ask its rule is not sent, in production either: %s', async (how) => {
  expect(await call(dispatcher({ validateAnswers: true }), `/api/v2/notes/${how}`, 'ada')).toEqual({ status: 500, code: 'POLICY_NOT_CHECKED' });
  expect(await call(dispatcher(), `/api/v2/notes/${how}`, 'ada')).toEqual({ status: 500, code: 'INTERNAL_ERROR' });
  expect(logged.map(({ code }) => code)).toEqual(['POLICY_NOT_CHECKED', 'POLICY_NOT_CHECKED']);
});

test('callers of an older version pass its own rule, and its answer is watched by that of the handler there is', async () => {
  expect(await call(dispatcher(), '/api/v1/notes/asked', 'ada')).toEqual({ status: 200, code: 'OK' });
  expect(await call(dispatcher(), '/api/v1/notes/other', 'ada')).toEqual({ status: 500, code: 'INTERNAL_ERROR' });
});

test('the errors of a rule need no declaration by the route', async () => {
  expect(await call(dispatcher({ validateAnswers: true }), '/api/v2/notes/hidden', 'ada')).toEqual({ status: 404, code: 'NOTE_NOT_FOUND' });
});

test('an answer that is replayed has been checked before', async () => {
  const on = dispatcher();
  const key = { method: 'POST', 'idempotency-key': 'k1' };
  expect([await call(on, '/api/v2/notes', 'ada', key), await call(on, '/api/v2/notes', 'ada', key)]).toEqual([{ status: 200, code: 'OK' }, { status: 200, code: 'OK' }]);
  expect(written).toBe(1);
  expect(await call(on, '/api/v2/notes', 'bob', key)).toEqual({ status: 403, code: 'FORBIDDEN' });
});

test('a plain route is held to its rule as well', async () => {
  const on = dispatcher({ plain: ['/a', '/b'].map((path) => plainRoute({ method: 'GET', path: path as '/a', access: read, handle: () => { read.asked = path === '/a'; return { status: 204, headers: [], body: undefined }; } })) });
  expect([await call(on, '/a', 'ada'), await call(on, '/b', 'ada'), await call(on, '/a', 'bob')]).toMatchObject([{ status: 204 }, { status: 500 }, { status: 403 }]);
  expect(on.plain.map(({ path, access }) => [path, access])).toEqual([['/a', read], ['/b', read]]);
});

describe('access that was not declared, or wrongly, stops the start:', () => {
  const build = (spec: object) => () => createDispatcher({ versions, routes: [implement(contract('bad', { a: route(spec as never) }), {}, () => ({ a: () => undefined }) as never)] });
  const base = { method: 'GET', path: '/x', summary: 'x', returns: noContent() } as const;

  test.each([[undefined], [''], [null]])('%j', (access) => {
    expect(build({ ...base, access })).toThrow('bad.a does not say who has access');
  });
  test.each([[{ permission: 'x' }], [true], [{}]])('%j', (access) => {
    expect(build({ ...base, access })).toThrow('bad.a has an access that is neither a text nor a rule');
  });
  test('in an older version', () => {
    const evolved = evolve(route({ ...base, access: undefined as never }), { since: 'v2', access: 'public' }, {});
    expect(() => createDispatcher({ versions, routes: [implement(contract('bad', { a: evolved }), {}, () => ({ a: () => undefined }))] })).toThrow('bad.a does not say who has access');
  });
  test('of a plain route', () => {
    const plain = plainRoute({ method: 'GET', path: '/x', access: undefined as never, handle: () => ({ status: 204, headers: [], body: undefined }) });
    expect(() => createDispatcher({ versions, routes: [], plain: [plain] })).toThrow('The plain route GET /x does not say who has access');
  });
});

// What must not compile; never run.
export function refusedByTheCompiler(): void {
  // @ts-expect-error it does not say who has access
  route({ ...declared, path: '/x' });
  // @ts-expect-error neither a text nor a rule
  route({ ...declared, path: '/x', access: { permission: 'x' } });
}
