import { manualClock, Unauthenticated, type Caller, type Logger, type Meter } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract } from '../contract.js';
import { createDispatcher } from '../dispatcher.js';
import { textAnswer } from '../envelope.js';
import { fakeRequest } from '../fake-request.js';
import { implement } from '../implement.js';
import { plainRoute } from '../plain-route.js';
import { ok } from '../returns.js';
import { route } from '../route.js';
import { memoryRateLimitStore, type RateLimitStore } from './rate-limit-store.js';
import { rateLimit, type RateLimitOptions } from './rate-limit.js';
import { served, type Received } from '../../test/served.js';

const answer = ok(z.object({}));
const open = route({ method: 'GET', path: '/open', summary: 'Open', access: 'public', returns: answer });
const me = route({ method: 'GET', path: '/me', summary: 'Me', access: 'authenticated', returns: answer });
const login = route({ method: 'POST', path: '/login', summary: 'Log in', access: 'public', returns: answer, limits: { rate: 2 } });
const routes = [implement(contract('x', { open, me, login }), {}, () => ({ open: () => ({}), me: () => ({}), login: () => ({}) }))];
const user = (id: string, tenant?: string): Caller => ({ id, kind: 'user', roles: [], permissions: new Set(), ...(tenant !== undefined && { tenant }) });

const options = (limit: Partial<RateLimitOptions> = {}) => ({
  versions: versionSet({ supported: ['v1', 'v2'], default: 'v1' }),
  routes,
  plain: [plainRoute({ method: 'GET', path: '/health/live', access: 'public', rate: 0, handle: () => textAnswer(200, 'text/plain', 'ok') })],
  authenticator: {
    authenticate: ({ header }: { header: (name: string) => string | undefined }) => {
      const id = header('authorization');
      if (id === 'bad') throw new Unauthenticated();
      return id === undefined ? undefined : user(id, header('x-tenant'));
    },
  },
  middleware: [rateLimit({ max: 3, window: { minutes: 1 }, clock: manualClock(), ...limit })],
});
const limits = ({ status, headers }: Pick<Received, 'status' | 'headers'>) => [status, headers['ratelimit-policy'], headers['ratelimit'], headers['retry-after']];

test('answers say what is left; a refusal says when to come again', async () => {
  const clock = manualClock();
  await using http = await served(options({ clock }));
  const seen = [];
  for (let i = 0; i < 4; i++) {
    seen.push(limits(await http.send('GET', '/api/open')));
    await clock.advance({ seconds: 5 });
  }
  expect(seen).toEqual([
    [200, '"default";q=3;w=60', '"default";r=2;t=61', undefined],
    [200, '"default";q=3;w=60', '"default";r=1;t=56', undefined],
    [200, '"default";q=3;w=60', '"default";r=0;t=51', undefined],
    [429, '"default";q=3;w=60', '"default";r=0;t=46', '46'],
  ]);
  const refused = await http.send('GET', '/nowhere');
  expect(refused.json).toMatchObject({ code: 'RATE_LIMITED', data: null, details: { retry_after_seconds: 41 } });
  await clock.advance({ seconds: 41 });
  expect((await http.send('GET', '/api/open')).status).toBe(200);
});

test('unknown addresses, wrong methods and bad credentials are counted as well', async () => {
  await using http = await served(options());
  const statuses = [];
  for (const [method, path, headers] of [['GET', '/nowhere', {}], ['DELETE', '/api/open', {}], ['GET', '/api/me', { authorization: 'bad' }], ['GET', '/api/me', { authorization: 'bad' }]] as const) {
    statuses.push((await http.send(method, path, headers)).status);
  }
  expect(statuses).toEqual([404, 405, 401, 429]);
});

test('a known caller pays instead of the address it shares with others', async () => {
  await using http = await served(options());
  const statuses: Record<string, number[]> = {};
  for (let i = 0; i < 4; i++) {
    for (const id of ['ann', 'bob']) (statuses[id] ??= []).push((await http.send('GET', '/api/me', { authorization: id })).status);
  }
  expect(statuses).toEqual({ ann: [200, 200, 200, 429], bob: [200, 200, 200, 429] });
  // The address has not paid for any of it, not even for those that were refused.
  expect(limits(await http.send('GET', '/api/open'))).toEqual([200, '"default";q=3;w=60', '"default";r=2;t=61', undefined]);
});

test('the same id in two tenants is two callers, and a key of one\'s own joins them', async () => {
  await using apart = await served(options({ max: 1 }));
  await using joined = await served(options({ max: 1, key: ({ caller }) => caller.tenant && `tenant ${caller.tenant}` }));
  const ask = async (http: typeof apart, authorization: string, tenant: string): Promise<number> => (await http.send('GET', '/api/me', { authorization, 'x-tenant': tenant })).status;
  expect([await ask(apart, 'ann', 'a'), await ask(apart, 'ann', 'b'), await ask(apart, 'ann', 'a')]).toEqual([200, 200, 429]);
  expect([await ask(joined, 'ann', 'a'), await ask(joined, 'bob', 'a'), await ask(joined, 'bob', 'b')]).toEqual([200, 429, 200]);
});

test('IPv6 addresses of one /64 are one client, those of another are not', async () => {
  const dispatcher = createDispatcher(options({ max: 1 }));
  const ask = async (remoteAddress: string): Promise<number> => (await dispatcher.handle(fakeRequest('GET', '/api/open', { remoteAddress }))).status;
  expect([await ask('2001:db8:0:1::1'), await ask('2001:db8:0:1:ffff::2'), await ask('2001:db8:0:2::1'), await ask('192.0.2.1'), await ask('::ffff:192.0.2.1')]).toEqual([200, 429, 200, 200, 429]);
});

test('a route\'s own limit counts apart, over all versions; one of 0 is exempt', async () => {
  await using http = await served(options());
  const logins = [await http.send('POST', '/api/v1/login'), await http.send('POST', '/api/v2/login'), await http.send('POST', '/api/v1/login')];
  expect(logins.map(limits).map(([status, policy]) => [status, policy])).toEqual([[200, '"route";q=2;w=60'], [200, '"route";q=2;w=60'], [429, '"route";q=2;w=60']]);
  for (let i = 0; i < 5; i++) expect(limits(await http.send('GET', '/health/live'))).toEqual([200, undefined, undefined, undefined]);
  expect(limits(await http.send('GET', '/api/open'))[2]).toBe('"default";r=2;t=61');
});

test('0 turns everything off', async () => {
  await using http = await served(options({ max: 0 }));
  for (let i = 0; i < 5; i++) expect(limits(await http.send('POST', '/api/login'))).toEqual([200, undefined, undefined, undefined]);
});

const asynchronous = (store: RateLimitStore): RateLimitStore => ({
  take: async (...args) => { await new Promise((resolve) => { setImmediate(resolve); }); return store.take(...args); },
  giveBack: async (...args) => { await new Promise((resolve) => { setImmediate(resolve); }); return store.giveBack(...args); },
});

test('a store elsewhere gives the same answers, and requests at once do not slip through together', async () => {
  await using http = await served(options({ store: asynchronous(memoryRateLimitStore()) }));
  const statuses = await Promise.all(Array.from({ length: 10 }, () => http.send('GET', '/api/open').then(({ status }) => status)));
  expect(statuses.sort()).toEqual([200, 200, 200, 429, 429, 429, 429, 429, 429, 429]);
  for (let i = 0; i < 4; i++) expect((await http.send('GET', '/api/me', { authorization: 'ann' })).status).toBe(429); // the address is used up
});

function failing() {
  const warned: unknown[] = [];
  let failures = 0;
  const logger: Logger = { debug() {}, info() {}, warn: (message, fields) => { warned.push([message, (fields!['error'] as Error).message]); }, error() {}, child: () => logger };
  const meter = { counter: () => ({ add: () => { failures += 1; } }) } as unknown as Meter;
  return { logger, meter, warned, failures: () => failures };
}
const broken = (fail: () => never): RateLimitStore[] => [{ take: fail, giveBack: fail }, { take: async () => fail(), giveBack: async () => fail() }];

test('a store that fails lets requests pass, is counted each time and told once a minute', async () => {
  for (const store of broken(() => { throw new Error('ECONNREFUSED'); })) {
    const clock = manualClock();
    const { logger, meter, warned, failures } = failing();
    await using http = await served(options({ store, clock, logger, meter }));
    for (let i = 0; i < 4; i++) expect(limits(await http.send('GET', '/api/me', { authorization: 'ann' }))).toEqual([200, undefined, undefined, undefined]);
    await clock.advance({ minutes: 1 });
    await http.send('GET', '/api/open');
    expect([warned, failures()]).toEqual([Array(2).fill(['The rate limit store fails; requests are not counted.', 'ECONNREFUSED']), 13]);
  }
});

test('unless it must not: then requests fail with it', async () => {
  for (const store of broken(() => { throw new Error('ECONNREFUSED'); })) {
    await using http = await served(options({ store, failOpen: false }));
    expect((await http.send('GET', '/api/open')).status).toBe(500);
  }
});

test('limits that make no sense are refused when they are made', () => {
  expect(() => rateLimit({ max: 1.5, window: { seconds: 1 } })).toThrow('max must be a whole number of at least 0, not 1.5.');
  expect(() => rateLimit({ max: 1, window: { milliseconds: 999 } })).toThrow('must be at least a second');
});
