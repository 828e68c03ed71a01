import { jest } from '@jest/globals';
import { manualClock } from '@org/enterprise-kernel';
import { z } from 'zod';
import { contract } from '../contract.js';
import { rawBody } from '../raw-body.js';
import { file, ok } from '../returns.js';
import { route } from '../route.js';
import { createClient, type CallOptions, type ClientOptions } from './index.js';

const open = { access: 'public', summary: 'x', path: '/x' } as const;
const returns = ok(z.object({ n: z.int() }));
const x = contract('x', {
  read: route({ ...open, method: 'GET', returns }),
  add: route({ ...open, method: 'POST', body: z.object({ a: z.int() }), returns }),
  put: route({ ...open, method: 'PUT', body: rawBody(), returns }),
  download: route({ ...open, method: 'GET', returns: file('text/plain') }),
});

type Step = number | 'refused' | 'hangs' | Response | (() => Response);
const success = (): Response => Response.json({ code: 'OK', message: 'OK', data: { n: 1 } });

/** A client of a server that answers as told, and succeeds when it has been told nothing more. Time stands still. */
function scripted(steps: Step[], options: Partial<ClientOptions> = {}) {
  const clock = manualClock(Date.parse('2026-03-01T12:00:00Z'));
  const start = clock.now();
  const attempts: { readonly at: number; readonly key: string | null; readonly body: string }[] = [];
  const api = createClient(x, {
    baseUrl: 'http://x', version: 'v1', clock, ...options,
    async fetch(request) {
      attempts.push({ at: clock.now() - start, key: request.headers.get('idempotency-key'), body: await request.text() });
      const step = steps.shift() ?? success();
      if (step === 'refused') throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') });
      if (step === 'hangs') return new Promise(() => {}); // deaf to the signal, as a bad transport may be
      if (typeof step === 'number') return Response.json({ code: 'SOME_CODE', message: 'No.', data: null }, { status: step });
      return typeof step === 'function' ? step() : step;
    },
  });
  return { api, clock, attempts };
}
const outcome = <T>(work: Promise<T>): { state: 'pending' | 'done' | 'failed'; value?: T; error?: any } => {
  const result: ReturnType<typeof outcome<T>> = { state: 'pending' };
  work.then((value) => Object.assign(result, { state: 'done', value }), (error: unknown) => Object.assign(result, { state: 'failed', error }));
  return result;
};
const busy = (retryAfter: string): Response => Response.json({ code: 'RATE_LIMITED', message: 'Wait.', data: null }, { status: 429, headers: { 'retry-after': retryAfter } });

describe('an attempt is repeated', () => {
  test.each<Step>(['refused', 429, 502, 503, 504])('after %p', async (step) => {
    const { api, clock, attempts } = scripted([step, step]);
    const read = outcome(api.read());
    await clock.advance({ seconds: 1 });
    expect([read.state, attempts.length]).toEqual(['done', 3]);
    expect(clock.pending).toBe(0);
  });
  test('after one that takes too long', async () => {
    const { api, clock, attempts } = scripted(['hangs'], { attemptTimeout: { seconds: 3 } });
    const read = outcome(api.read());
    await clock.advance({ seconds: 4 });
    expect([read.state, attempts.length]).toEqual(['done', 2]);
    expect(attempts[1]!.at).toBeGreaterThanOrEqual(3000);
  });
  test('after an answer that breaks off in its middle', async () => {
    const broken = (): Response => new Response(new ReadableStream({ start(controller) { controller.enqueue(new TextEncoder().encode('{"code":')); controller.error(new Error('reset')); } }));
    const { api, clock, attempts } = scripted([broken]);
    const read = outcome(api.read());
    await clock.advance({ seconds: 1 });
    expect([read.state, attempts.length]).toEqual(['done', 2]);
  });
  test('as soon as it may when the first request with its key is still under way, but after no other conflict', async () => {
    const conflict = (code: string): Response => Response.json({ code, message: 'No.', data: null }, { status: 409, headers: { 'retry-after': '1' } });
    const { api, clock, attempts } = scripted([conflict('IDEMPOTENCY_IN_PROGRESS'), conflict('OUT_OF_STOCK')]);
    const add = outcome(api.add({ body: { a: 1 } }, { idempotencyKey: 'k1' }));
    await clock.advance({ seconds: 2 });
    expect([add.state, add.error?.code, attempts.length]).toEqual(['failed', 'OUT_OF_STOCK', 2]);
    expect(attempts[1]!.at).toBeGreaterThanOrEqual(1000);
  });
  test('with its body, and with the same key, where a key makes a POST repeatable', async () => {
    const { api, clock, attempts } = scripted([503]);
    const add = outcome(api.add({ body: { a: 1 } }, { idempotencyKey: 'k1' }));
    await clock.advance({ seconds: 1 });
    expect(add.state).toBe('done');
    expect(attempts.map(({ key, body }) => [key, body])).toEqual([['k1', '{"a":1}'], ['k1', '{"a":1}']]);
  });
});

describe('an attempt is not repeated', () => {
  test.each([400, 401, 404, 409, 500])('after %i', async (status) => {
    const { api, clock, attempts } = scripted([status]);
    const read = outcome(api.read());
    await clock.advance({ minutes: 1 });
    expect([read.error?.status, attempts.length, clock.pending]).toEqual([status, 1, 0]);
  });
  test.each<Step>(['refused', 503, 429])('for a POST without a key, after %p: it may have been done', async (step) => {
    const { api, clock, attempts } = scripted([step]);
    const add = outcome(api.add({ body: { a: 1 } }));
    await clock.advance({ minutes: 1 });
    expect([add.state, attempts.length]).toEqual(['failed', 1]);
  });
  test('where its body was a stream', async () => {
    const { api, clock, attempts } = scripted([503, 503]);
    const body = new ReadableStream({ start(controller) { controller.enqueue(new TextEncoder().encode('abc')); controller.close(); } });
    const streamed = outcome(api.put({ body }));
    await clock.advance({ seconds: 1 });
    expect([streamed.error?.status, attempts.length]).toEqual([503, 1]);
    const bytes = outcome(api.put({ body: 'abc' }));
    await clock.advance({ minutes: 1 });
    expect([bytes.state, attempts.map(({ body }) => body)]).toEqual(['done', ['abc', 'abc', 'abc']]);
  });
  test('once a file has begun, whatever becomes of it and however long it takes', async () => {
    let fail!: (error: Error) => void;
    const { api, clock, attempts } = scripted([() => new Response(new ReadableStream({ start(controller) { fail = (error) => controller.error(error); } }))]);
    const download = outcome(api.download());
    await clock.advance({ hours: 1 });
    const text = outcome(download.value!.text());
    fail(new Error('reset'));
    await clock.advance({ minutes: 1 });
    expect([text.error.code, attempts.length, clock.pending]).toEqual(['API_UNREACHABLE', 1, 0]);
  });
  test('more often than allowed, and the last failure is told', async () => {
    for (const [usual, own, expected] of [[undefined, undefined, 3], [4, undefined, 5], [4, 1, 2], [0, undefined, 1]] as const) {
      const { api, clock, attempts } = scripted(Array(9).fill(503) as Step[], usual === undefined ? {} : { retries: usual });
      const call: CallOptions = own === undefined ? {} : { retries: own };
      const read = outcome(api.read({}, call));
      await clock.advance({ seconds: 29 });
      expect([read.error?.status, attempts.length]).toEqual([503, expected]);
    }
  });
});

describe('pauses', () => {
  afterEach(() => { jest.restoreAllMocks(); });
  test.each([0, 0.5, 0.999])('double from 100 ms to 5 s, each drawn between nothing and that: %d', async (drawn) => {
    jest.spyOn(Math, 'random').mockReturnValue(drawn);
    const { api, clock, attempts } = scripted(Array(8).fill(503) as Step[], { retries: 8, timeout: { minutes: 5 } });
    const read = outcome(api.read());
    await clock.advance({ minutes: 1 });
    expect(read.state).toBe('done');
    const pauses = attempts.slice(1).map(({ at }, i) => at - attempts[i]!.at);
    const longest = [100, 200, 400, 800, 1600, 3200, 5000, 5000];
    pauses.forEach((pause, i) => expect(pause).toBeCloseTo(longest[i]! * drawn, 3));
  });
  test('last as long as the server asks for, in seconds or until a date', async () => {
    const { api, clock, attempts } = scripted([busy('2'), busy('Sun, 01 Mar 2026 12:00:07 GMT')], { backoff: { first: { milliseconds: 10 } } });
    const read = outcome(api.read());
    await clock.advance({ seconds: 10 });
    expect(read.state).toBe('done');
    const [, second, third] = attempts;
    expect(second!.at).toBeGreaterThanOrEqual(2000);
    expect(second!.at).toBeLessThanOrEqual(2010);
    expect(third!.at).toBeGreaterThanOrEqual(7000);
    expect(third!.at).toBeLessThanOrEqual(7020);
  });
  test.each(['86400', '99999999999999999999999'])('are not begun where the time of the call does not suffice: Retry-After %s', async (retryAfter) => {
    const { api, clock, attempts } = scripted([busy(retryAfter)]);
    const read = outcome(api.read());
    await clock.advance({ milliseconds: 1 });
    expect([read.error?.code, read.error?.retryAfter, attempts.length, clock.pending]).toEqual(['RATE_LIMITED', { seconds: Number(retryAfter) }, 1, 0]);
  });
  test('are as usual after a Retry-After that says nothing', async () => {
    const { api, clock } = scripted([busy('soon'), busy('-5')]);
    const read = outcome(api.read());
    await clock.advance({ seconds: 1 });
    expect(read.state).toBe('done');
  });
});

describe('a call', () => {
  test('ends when its time is over, with retries and pauses', async () => {
    const { api, clock, attempts } = scripted(['hangs', 'hangs', 'hangs'], { attemptTimeout: { seconds: 4 }, timeout: { seconds: 10 } });
    const read = outcome(api.read());
    await clock.advance({ seconds: 9 });
    expect(read.state).toBe('pending');
    await clock.advance({ seconds: 1 });
    expect([read.error?.code, read.error?.details, attempts.length, clock.pending]).toEqual(['API_TIMEOUT', { operation: 'x.read', limit_ms: 10_000 }, 3, 0]);
  });
  test('may have a time of its own', async () => {
    const { api, clock } = scripted(['hangs']);
    const add = outcome(api.add({ body: { a: 1 } }, { timeout: { seconds: 1 } }));
    await clock.advance({ seconds: 1 });
    expect(add.error?.details).toEqual({ operation: 'x.add', limit_ms: 1000 });
  });
  test.each(['before it', 'while it is answered', 'between two attempts'])('ends at once when its signal is aborted %s', async (when) => {
    const { api, clock, attempts } = scripted([when === 'between two attempts' ? busy('5') : 'hangs']);
    const controller = new AbortController();
    const reason = new Error('not wanted any more');
    if (when === 'before it') controller.abort(reason);
    const read = outcome(api.read({}, { signal: controller.signal }));
    await clock.advance({ seconds: 1 });
    controller.abort(reason);
    await clock.advance({ milliseconds: 0 });
    expect(read.error).toBe(reason);
    expect([attempts.length, clock.pending]).toEqual([when === 'before it' ? 0 : 1, 0]);
  });
  test('does not take what fails while headers are made for a failure of the network', async () => {
    const { api, attempts } = scripted([], { headers: () => { throw new Error('no token'); } });
    await expect(api.read()).rejects.toThrow('no token');
    expect(attempts).toHaveLength(0);
  });
});
