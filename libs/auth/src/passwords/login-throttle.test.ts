import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { manualClock, noopMeter, type Meter } from '@org/enterprise-kernel';
import { keyRing } from '../crypto/index.js';
import { LoginThrottled } from './errors.js';
import { loginThrottle, type LoginIdentity, type LoginThrottle, type LoginThrottleOptions } from './login-throttle.js';
import { memoryAttemptStore } from './memory-attempt-store.js';

const ann = 'ann@example.com';
const home = '192.0.2.1';
const keys = keyRing([{ id: 'k1', bytes: randomBytes(32) }]);

function made(options: Partial<LoginThrottleOptions> = {}) {
  const clock = manualClock();
  return { clock, throttle: loginThrottle({ store: memoryAttemptStore(), clock, deviceKeys: keys, ...options }) };
}
/** Tries a wrong password; returns how long to wait, or 0 if the attempt passed. */
const fail = async (throttle: LoginThrottle, identity: LoginIdentity): Promise<number> => {
  try {
    await throttle.begin(identity);
    return 0;
  } catch (error) {
    if (!LoginThrottled.is(error)) throw error;
    return error.details.retry_after_seconds;
  }
};
const logIn = async (throttle: LoginThrottle, identity: LoginIdentity): Promise<string | undefined> => (await (await throttle.begin(identity)).succeeded()).device;
/** Fails as often as passes. */
async function exhaust(throttle: LoginThrottle, identity: LoginIdentity): Promise<number> {
  let times = 0;
  while (await fail(throttle, identity) === 0) times++;
  return times;
}
/** Guesses at one account from as many addresses as it takes. */
async function exhaustAccount(throttle: LoginThrottle, account: string): Promise<number> {
  for (let i = 0; ; i++) if (await fail(throttle, { account, address: `198.51.${i >> 8}.${i & 255}` }) > 0) return i;
}

describe('from one address', () => {
  test('five failures are free; after each further one the next waits twice as long', async () => {
    const { clock, throttle } = made();
    expect(await exhaust(throttle, { account: ann, address: home })).toBe(5);
    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      const seconds = await fail(throttle, { account: ann, address: home });
      waits.push(seconds);
      await clock.advance({ seconds });
      expect(await fail(throttle, { account: ann, address: home })).toBe(0);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
  });

  test('a hundred guesses at an account are a day\'s work', async () => {
    const { clock, throttle } = made();
    const end = clock.now() + 24 * 3_600_000;
    let [guesses, longest] = [0, 0];
    while (clock.now() < end) {
      const seconds = await fail(throttle, { account: ann, address: home });
      if (seconds === 0) guesses++;
      longest = Math.max(longest, seconds);
      await clock.advance({ seconds });
    }
    expect(longest).toBe(900);
    expect(guesses).toBeGreaterThan(96);
    expect(guesses).toBeLessThan(115);
  });

  test('the error is a limited one with whole seconds and nothing of whom it is about', async () => {
    const { clock, throttle } = made();
    await exhaust(throttle, { account: ann, address: home });
    await clock.advance({ milliseconds: 1 });
    const error = await throttle.begin({ account: ann, address: home }).catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'LOGIN_THROTTLED', kind: 'limited', details: { retry_after_seconds: 1 } });
    expect(inspect(error, { depth: 9 })).not.toMatch(/ann@|192\.0/);
  });

  test('success forgets the failures', async () => {
    const { throttle } = made();
    for (let i = 0; i < 4; i++) await fail(throttle, { account: ann, address: home });
    await logIn(throttle, { account: ann, address: home });
    expect(await exhaust(throttle, { account: ann, address: home })).toBe(5);
  });

  test('an account of their own gives attackers no fresh start at others, nor at their address', async () => {
    const { throttle } = made({ limits: { address: { free: 30, firstDelay: { seconds: 1 }, maxDelay: { minutes: 1 }, recovery: { hours: 1 } } } });
    let guesses = 0;
    for (let i = 0; i < 200; i++) {
      await throttle.begin({ account: 'mallory@example.com', address: home }).then((attempt) => attempt.succeeded(), () => {});
      if (await fail(throttle, { account: `victim${i}@example.com`, address: home }) === 0) guesses++;
    }
    expect(guesses).toBe(30);
  });

  test('many accounts are guessed at as often as the address allows, and log-ins that succeed count for nothing', async () => {
    const { throttle } = made();
    for (let i = 0; i < 300; i++) await logIn(throttle, { account: `worker${i}@example.com`, address: home });
    let guesses = 0;
    for (let i = 0; i < 200; i++) if (await fail(throttle, { account: `victim${i}@example.com`, address: home }) === 0) guesses++;
    expect(guesses).toBe(100);
  });

  test('all addresses of an IPv6 /64 are one', async () => {
    const { throttle } = made();
    let guesses = 0;
    for (let i = 0; i < 100; i++) if (await fail(throttle, { account: ann, address: `2001:db8:1:2::${i.toString(16)}` }) === 0) guesses++;
    expect([guesses, await fail(throttle, { account: ann, address: '2001:db8:1:3::1' })]).toEqual([5, 0]);
  });

  test('an account is one however it is written', async () => {
    const { throttle } = made();
    for (const account of ['ann@example.com', 'ANN@example.com', ' Ann@Example.com ', 'ａｎｎ@example.com', 'Ann@EXAMPLE.com\n']) expect(await fail(throttle, { account, address: home })).toBe(0);
    expect(await fail(throttle, { account: ann, address: home })).toBe(1);
  });

  test('of 100 guesses at once five pass', async () => {
    const { throttle } = made();
    const begun = await Promise.all(Array.from({ length: 100 }, () => fail(throttle, { account: ann, address: home })));
    expect(begun.filter((seconds) => seconds === 0)).toHaveLength(5);
  });

  test('an attempt whose password was not compared is no attempt', async () => {
    const { throttle } = made();
    for (let i = 0; i < 50; i++) await (await throttle.begin({ account: ann, address: home })).withdrawn();
    expect(await exhaust(throttle, { account: ann, address: home })).toBe(5);
  });

  test('failures are forgotten with time', async () => {
    const { clock, throttle } = made();
    await exhaust(throttle, { account: ann, address: home });
    await clock.advance({ hours: 2 });
    expect(await exhaust(throttle, { account: ann, address: home })).toBe(5);
  });
});

describe('an account that is attacked from many addresses', () => {
  test('takes twenty guesses from places that it does not know, and then fewer and fewer', async () => {
    const { clock, throttle } = made();
    expect(await exhaustAccount(throttle, ann)).toBe(20);
    let guesses = 0;
    for (let minute = 0; minute < 24 * 60; minute++) {
      await clock.advance({ minutes: 1 });
      if (await fail(throttle, { account: ann, address: `203.0.${minute >> 8}.${minute & 255}` }) === 0) guesses++;
    }
    // As documented: 144 a day when all of it has settled.
    expect(guesses).toBeGreaterThanOrEqual(144);
    expect(guesses).toBeLessThan(160);
  });

  test('lets its user in at an address where the user has been before, for as long as the attack lasts', async () => {
    const { clock, throttle } = made({ deviceKeys: keys });
    await logIn(throttle, { account: ann, address: home });
    for (let day = 0; day < 100; day++) {
      await exhaustAccount(throttle, ann);
      expect(await fail(throttle, { account: ann, address: '203.0.113.9' })).toBeGreaterThan(0);
      await logIn(throttle, { account: ann, address: home });
      await clock.advance({ days: 1 });
    }
  });

  test('lets its user in anywhere on a known device', async () => {
    const { throttle } = made();
    const device = await logIn(throttle, { account: ann, address: home });
    await exhaustAccount(throttle, ann);
    await exhaust(throttle, { account: ann, address: '203.0.113.9' });
    for (let i = 0; i < 200; i++) await fail(throttle, { account: `other${i}`, address: '203.0.113.9' });
    expect(await fail(throttle, { account: 'new', address: '203.0.113.9' })).toBeGreaterThan(0);
    await logIn(throttle, { account: ann, address: '203.0.113.9', device });
  });

  test('lets its user in after a new password, which was set by mail', async () => {
    const { throttle } = made();
    await exhaustAccount(throttle, ann);
    await exhaust(throttle, { account: ann, address: '203.0.113.9' });
    const { device } = await throttle.trust({ account: ann, address: '203.0.113.9' });
    await logIn(throttle, { account: ann, address: '203.0.113.9' });
    await logIn(throttle, { account: ann, address: '203.0.113.10', device });
  });

  test('does not know a place any more after 90 days without a log-in', async () => {
    const { clock, throttle } = made();
    const device = await logIn(throttle, { account: ann, address: home });
    await clock.advance({ days: 90 });
    await exhaustAccount(throttle, ann);
    expect(await fail(throttle, { account: ann, address: home })).toBeGreaterThan(0);
    expect(await fail(throttle, { account: ann, address: home, device })).toBeGreaterThan(0);
  });
});

describe('a device token', () => {
  test('has a count of its own, for its account alone', async () => {
    const { throttle } = made();
    const device = await logIn(throttle, { account: ann, address: home });
    expect(await exhaust(throttle, { account: ann, address: home, device })).toBe(5);
    // A thief of the token is stopped, its user without it is not.
    expect(await exhaust(throttle, { account: ann, address: home })).toBe(5);
    const other = await logIn(throttle, { account: 'bob@example.com', address: home, device });
    expect(other).not.toBe(device);
    expect(await fail(throttle, { account: ann, address: home, device: other })).toBeGreaterThan(0);
  });

  test.each([
    ['changed', (token: string) => token.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))],
    ['given more time', (token: string) => token.replace(/\.(\d+)\./, (_, expires: string) => `.${Number(expires) + 1}.`)],
    ['cut short', (token: string) => token.slice(0, -1)],
    ['no token', () => 'x'.repeat(100_000)],
    ['empty', () => ''],
  ])('that was %s is none', async (_, forge) => {
    const { throttle } = made();
    const device = forge((await logIn(throttle, { account: ann, address: home }))!);
    await exhaust(throttle, { account: ann, address: home });
    expect(await fail(throttle, { account: ann, address: home, device })).toBeGreaterThan(0);
  });

  test('is read with keys that have been replaced, and not with others', async () => {
    const store = memoryAttemptStore();
    const { throttle } = made({ store });
    const device = await logIn(throttle, { account: ann, address: home });
    await exhaust(throttle, { account: ann, address: home });
    const next = { id: 'k2', bytes: randomBytes(32) };
    expect(await fail(made({ store, deviceKeys: keyRing([next, keys.current]) }).throttle, { account: ann, address: home, device })).toBe(0);
    expect(await fail(made({ store, deviceKeys: keyRing([next]) }).throttle, { account: ann, address: home, device })).toBeGreaterThan(0);
  });

  test('is neither made nor read without keys', async () => {
    const clock = manualClock();
    const throttle = loginThrottle({ store: memoryAttemptStore(), clock });
    expect(await logIn(throttle, { account: ann, address: home })).toBeUndefined();
    const device = await logIn(made().throttle, { account: ann, address: home });
    await exhaust(throttle, { account: ann, address: home });
    expect(await fail(throttle, { account: ann, address: home, device })).toBeGreaterThan(0);
  });
});

test('what stopped a log-in is counted', async () => {
  const counted: string[] = [];
  const meter = { ...noopMeter, counter: () => ({ add: (_: number, { stopped_by }: { stopped_by: string }) => counted.push(stopped_by) }) } as unknown as Meter;
  const { throttle } = made({ meter, limits: { account: { free: 1, firstDelay: { seconds: 1 }, maxDelay: { seconds: 1 }, recovery: { days: 1 } } } });
  await fail(throttle, { account: ann, address: home });
  await fail(throttle, { account: ann, address: '203.0.113.9' });
  expect(counted).toEqual(['none', 'account']);
});

test.each([[{ free: 0 }], [{ free: 1.5 }], [{ firstDelay: { seconds: 0 } }], [{ recovery: { milliseconds: 0.5 } }]])('a limit with %j is refused', (over) => {
  const limit = { free: 5, firstDelay: { seconds: 1 }, maxDelay: { minutes: 1 }, recovery: { minutes: 1 }, ...over };
  expect(() => loginThrottle({ store: memoryAttemptStore(), limits: { pair: limit } })).toThrow(TypeError);
});
