import { memoryRateLimitStore, type RateLimitStore, type RateLimitTaken } from './rate-limit-store.js';

const minute = 60_000;
const start = Date.UTC(2026, 0, 1) + 437;
const taker = (store: RateLimitStore, max = 3) => (now: number, key = 'a'): RateLimitTaken => store.take(key, max, minute, start + now) as RateLimitTaken;

test('as many pass as are allowed, and not one more', () => {
  const take = taker(memoryRateLimitStore());
  expect([0, 10, 20, 30, 59_000].map((now) => [take(now).allowed, take(now, 'other').remaining])).toEqual([[true, 2], [true, 1], [true, 0], [false, 0], [false, 0]]);
});

test('what was counted is forgotten after the window, at most a sixtieth of it late', () => {
  const take = taker(memoryRateLimitStore());
  for (const now of [0, 1, 2]) take(now);
  expect(take(minute - 1).allowed).toBe(false);
  expect(take(minute + minute / 60).allowed).toBe(true);
});

test('there is no border around which twice as many pass: no window of any offset ever holds more', () => {
  const store = memoryRateLimitStore();
  const passed: number[] = [];
  let seed = 7;
  for (let now = 0; now < 20 * minute; now += (seed = (seed * 48_271) % 2_147_483_647) % 2_000) {
    if ((store.take('a', 20, minute, start + now) as RateLimitTaken).allowed) passed.push(now);
  }
  const most = Math.max(...passed.map((from) => passed.filter((at) => at >= from && at < from + minute).length));
  expect(most).toBe(20);
  expect(passed.length).toBeGreaterThan(19 * 20 * 0.95); // and what is allowed is given
});

test('the reset that is told is true: refused just before it, allowed at it', () => {
  for (const first of [0, 13, 562, 563, 999]) {
    const take = taker(memoryRateLimitStore(), 1);
    take(first);
    const { resetMs, allowed } = take(first + 30_000);
    expect(allowed).toBe(false);
    expect(take(first + 30_000 + resetMs - 1).allowed).toBe(false);
    expect(take(first + 30_000 + resetMs).allowed).toBe(true);
  }
});

test('refused attempts do not prolong the wait', () => {
  const take = taker(memoryRateLimitStore(), 1);
  take(0);
  for (let now = 1_000; now < minute; now += 1_000) expect(take(now).allowed).toBe(false);
  expect(take(minute + 1_000).allowed).toBe(true);
});

test('the newest one can be given back, and nothing that was not taken', () => {
  const store = memoryRateLimitStore();
  const take = taker(store, 2);
  void store.giveBack('a', minute, start);
  take(0);
  take(30_000);
  void store.giveBack('a', minute, start + 31_000);
  expect(take(32_000).allowed).toBe(true); // stands for the one that was given back
  expect(take(33_000).allowed).toBe(false);
  for (let i = 0; i < 5; i++) void store.giveBack('a', minute, start + 33_000);
  expect([take(34_000), take(34_000), take(34_000)].map(({ allowed }) => allowed)).toEqual([true, true, false]);
});

test('a clock that steps back neither frees nor breaks anything', () => {
  const take = taker(memoryRateLimitStore(), 2);
  take(10 * minute);
  expect(take(0)).toMatchObject({ allowed: true, remaining: 0 });
  expect(take(0).allowed).toBe(false);
  expect(take(10 * minute + 1).allowed).toBe(false);
  expect(take(11 * minute + 1_000).allowed).toBe(true);
});

test('no more keys are remembered than allowed; the one longest unseen goes first', () => {
  const take = taker(memoryRateLimitStore({ maxKeys: 2 }), 1);
  take(0, 'a');
  take(1, 'b');
  take(2, 'a'); // seen again
  take(3, 'c'); // in the place of b
  expect([take(4, 'a').allowed, take(5, 'b').allowed]).toEqual([false, true]);
  expect(() => memoryRateLimitStore({ maxKeys: 0 })).toThrow('maxKeys must be a whole number of at least 1, not 0.');
});
