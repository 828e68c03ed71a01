import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { delayOf, type AttemptLimit, type AttemptStore } from '../passwords/attempt-store.js';
import type { TestApi } from './test-api.js';

export interface AttemptStoreContractOptions {
  /** Shown in the names of the tests. */
  readonly name: string;
  /** Makes a store; called for each test, all of which use keys of their own. */
  open(): AttemptStore | Promise<AttemptStore>;
}

/**
 * The suite that every store of attempts to log in passes.
 * @example attemptStoreContract({ describe, test }, { name: 'mine', open: () => myStore() });
 */
export function attemptStoreContract({ describe, test }: TestApi, { name, open }: AttemptStoreContractOptions): void {
  describe(`attempt store contract: ${name}`, () => {
    // Each on a day of its own, since a store may delete what is over by the time of another test.
    Object.entries(cases).forEach(([sentence, body], day) => test(sentence, async () => body(await open(), begin + day * 86_400_000)));
  });
}

const begin = Date.UTC(2026, 0, 1, 0, 0, 0, 123);
const second = 1_000;

const limit = (over: Partial<AttemptLimit> = {}): AttemptLimit => ({ key: `key ${randomUUID()}`, free: 3, firstDelay: second, maxDelay: 60 * second, recovery: 600 * second, ...over });

/** Counts as often as can be at one time, unless that is for ever. */
async function use(store: AttemptStore, one: AttemptLimit, now: number): Promise<number> {
  let times = 0;
  while (times < 1_000 && !await store.count([one], now)) times++;
  return times;
}

const cases: Readonly<Record<string, (store: AttemptStore, start: number) => Promise<void>>> = {
  'so many attempts are free, and every further one waits twice as long as the last, up to the longest delay': async (store, start) => {
    const one = limit();
    let now = start;
    for (let i = 0; i < 3; i++) equal(await store.count([one], now), undefined);
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      const until = now + seconds * second;
      deepEqual(await store.count([one], now), { limit: one, until });
      deepEqual(await store.count([one], until - 1), { limit: one, until });
      equal(await store.count([one], until), undefined);
      now = until;
    }
  },

  'an attempt that has to wait is not counted, so it makes nobody wait longer': async (store, start) => {
    const one = limit();
    equal(await use(store, one, start), 3);
    for (let i = 0; i < 10; i++) deepEqual(await store.count([one], start + i), { limit: one, until: start + second });
    equal(await store.count([one], start + second), undefined);
  },

  'attempts are forgotten one by one': async (store, start) => {
    const one = limit({ recovery: 10 * second });
    equal(await use(store, one, start), 3);
    // Two of three are forgotten: two more make three again.
    equal(await use(store, one, start + 20 * second), 2);
    equal(await use(store, one, start + 3600 * second), 3);
  },

  'a clock that goes back forgets nothing, and takes nobody\'s place': async (store, start) => {
    const one = limit();
    equal(await store.count([one], start), undefined);
    equal(await store.count([one], start - 5 * second), undefined);
    equal(await use(store, one, start - 5 * second), 1);
  },

  'an attempt is counted under all keys or, where one has to wait, under none': async (store, start) => {
    const [mine, ours] = [limit(), limit({ free: 1 })];
    equal(await store.count([mine, ours], start), undefined);
    deepEqual(await store.count([mine, ours], start), { limit: ours, until: start + second });
    deepEqual(await store.count([limit(), mine, ours], start), { limit: ours, until: start + second });
    equal(await use(store, mine, start), 2);
  },

  'of 100 attempts at once as many are counted as one after the other': async (store, start) => {
    const [mine, ours] = [limit({ free: 7 }), limit({ free: 50 })];
    const waits = await Promise.all(Array.from({ length: 100 }, () => store.count([mine, ours], start)));
    equal(waits.filter((wait) => wait === undefined).length, 7);
    equal(await use(store, ours, start), 43);
  },

  'attempts with keys in common end, whatever they share': async (store, start) => {
    const [pairs, accounts, addresses] = [1, 2, 3].map(() => Array.from({ length: 4 }, () => limit({ free: 1000 })));
    const all = Array.from({ length: 64 }, (_, i) => [pairs![i % 4]!, accounts![(i >> 2) % 4]!, addresses![(i >> 4) % 4]!]);
    const waits = await Promise.all(all.map((limits) => store.count(limits, start)));
    deepEqual(waits, Array(64).fill(undefined));
    equal(await use(store, { ...accounts![0]!, free: 20 }, start), 4);
  },

  'an attempt that is taken back was none': async (store, start) => {
    const [mine, ours] = [limit(), limit()];
    equal(await use(store, mine, start), 3);
    await store.takeBack([mine, ours]);
    equal(await use(store, mine, start), 1);
    await store.takeBack([mine]);
    await store.takeBack([mine]);
    equal(await use(store, mine, start), 2);
    equal(await use(store, ours, start), 3);
  },

  'nothing is taken back beyond what was counted': async (store, start) => {
    const one = limit();
    equal(await store.count([one], start), undefined);
    for (let i = 0; i < 5; i++) await store.takeBack([one]);
    equal(await use(store, one, start), 3);
  },

  'a key that is forgotten is as if it had never been used, and others stay': async (store, start) => {
    const [one, other] = [limit(), limit()];
    equal(await use(store, one, start), 3);
    equal(await use(store, other, start), 3);
    await store.forget(one.key);
    await store.forget(`absent ${randomUUID()}`);
    equal(await use(store, one, start), 3);
    equal(await use(store, other, start), 0);
  },

  'a delay beyond all numbers is the longest one': async (store, start) => {
    const one = limit({ free: 1, maxDelay: second, recovery: 1e12 });
    equal(delayOf(one, 5_000), second);
    let now = start;
    for (let i = 0; i < 80; i++) { equal(await store.count([one], now), undefined); now += second; }
  },

  'a place is remembered until its time is over, which can be put off': async (store, start) => {
    const place = `place ${randomUUID()}`;
    equal(await store.remembers(place, start), false);
    await store.remember(place, start + second);
    deepEqual([await store.remembers(place, start + second - 1), await store.remembers(place, start + second)], [true, false]);
    await store.remember(place, start + 3 * second);
    deepEqual([await store.remembers(place, start + 2 * second), await store.remembers(`other ${place}`, start)], [true, false]);
  },
};
