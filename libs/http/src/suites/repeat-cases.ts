import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict';
import { manualClock } from '@org/enterprise-kernel';
import { IdempotencyKeyReused } from '../idempotency/idempotency.errors.js';
import type { StoredAnswer } from '../idempotency/idempotency-store.js';
import { counted, request, type Cases } from './idempotency-fixture.js';

/** What becomes of an answer once it is kept. */
export const repeatCases: Cases = {
  'a repeat gets the first answer, and the work is done once': async (open) => {
    const store = await open();
    const one = request();
    const count = counted();
    const first = await store.run(one, count.work);
    deepEqual(first, { answer: { status: 201, headers: ['Content-Type', 'application/json', 'ETag', '"v1-1"'], body: '{"data":{"time":1}}' }, replayed: false });
    for (let i = 0; i < 3; i++) deepEqual(await store.run(one, count.work), { answer: first.answer, replayed: true });
    deepEqual(await store.run(one, () => { throw new Error('worked again'); }), { answer: first.answer, replayed: true });
    equal(count.times, 1);
  },

  'an answer comes back byte for byte': async (open) => {
    const store = await open();
    const answers: StoredAnswer[] = [
      { status: 204, headers: [], body: undefined },
      { status: 200, headers: ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', '2'], body: '""' },
      { status: 202, headers: ['X-Odd', `a "b" {c}, 'd' \\ é`, 'X-Odd', ''], body: JSON.stringify({ text: '\u0000 \u2028 \ud800 😀 \\ "{}" \r\n', n: 1e21 }) },
      { status: 200, headers: [], body: ` { "b" : 1,\n "a" : ${'x'.repeat(300_000)} } ` },
    ];
    for (const answer of answers) {
      const one = request();
      deepEqual(await store.run(one, async () => answer), { answer, replayed: false });
      deepEqual(await store.run(one, async () => answers[0]!), { answer, replayed: true });
    }
  },

  'the key does not stand for another payload': async (open) => {
    const store = await open();
    const one = request();
    const count = counted();
    const first = await store.run(one, count.work);
    await rejects(store.run({ ...one, fingerprint: 'two' }, count.work), IdempotencyKeyReused.is);
    deepEqual(await store.run(one, count.work), { answer: first.answer, replayed: true });
    equal(count.times, 1);
  },

  'scopes and keys stand apart, however they are put together': async (open) => {
    const store = await open();
    const { key } = request();
    const pairs = [['a', key], ['b', key], ['A', key], ['a', `${key}a`], [`a${key}`, key], ['a', `${key}"`], [`${key} a`, 'x'], ['a', `x${key}`], ['é'.repeat(1_000), '~'.repeat(219) + key]];
    for (const [scope, each] of pairs) equal((await store.run(request({ scope: scope!, key: each! }), counted().work)).replayed, false);
    for (const [scope, each] of pairs) equal((await store.run(request({ scope: scope!, key: each! }), counted().work)).replayed, true);
  },

  'an answer that has expired counts as none, whatever the payload': async (open) => {
    const clock = manualClock();
    const store = await open({ clock, expiry: { hours: 24 } });
    const one = request();
    const count = counted();
    const first = await store.run(one, count.work);
    await clock.advance({ hours: 23, minutes: 59 });
    deepEqual(await store.run(one, count.work), { answer: first.answer, replayed: true });
    await clock.advance({ minutes: 1 });
    const second = await store.run({ ...one, fingerprint: 'two' }, count.work);
    equal(second.replayed, false);
    notEqual(second.answer.body, first.answer.body);
    await clock.advance({ hours: 23, minutes: 59 });
    deepEqual(await store.run({ ...one, fingerprint: 'two' }, count.work), { answer: second.answer, replayed: true });
    equal(count.times, 2);
  },
};
