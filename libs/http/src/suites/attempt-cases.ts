import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { runInContext } from '@org/enterprise-kernel';
import { IdempotencyInProgress, IdempotencyKeyReused } from '../idempotency/idempotency.errors.js';
import { counted, created, Deliberate, held, request, tick, type Cases } from './idempotency-fixture.js';

/** What becomes of requests that fail, and of those that come at the same time. */
export const attemptCases: Cases = {
  'work that fails leaves the key as it was, and its error comes through': async (open) => {
    const store = await open();
    const one = request();
    const error = new Deliberate();
    for (let i = 0; i < 2; i++) await rejects(store.run(one, async () => { await tick(); throw error; }), (thrown) => thrown === error);
    await rejects(store.run(one, () => { throw error; }), (thrown) => thrown === error);
    equal((await store.run({ ...one, fingerprint: 'two' }, counted().work)).replayed, false);
  },

  'twenty at once are worked for once, and all get the same': async (open) => {
    const store = await open();
    const one = request();
    const count = counted(20);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => store.run(one, count.work)));
    equal(count.times, 1);
    equal(outcomes.filter(({ replayed }) => !replayed).length, 1);
    for (const { answer } of outcomes) deepEqual(answer, outcomes[0]!.answer);
  },

  'another payload at the same time is not worked for either': async (open) => {
    const store = await open();
    const one = request();
    const first = held();
    const running = store.run(one, first.work);
    await first.begun;
    const count = counted();
    const other = rejects(store.run({ ...one, fingerprint: 'two' }, count.work), IdempotencyKeyReused.is);
    await tick(10);
    first.end();
    await other;
    equal((await running).replayed, false);
    equal(count.times, 0);
  },

  'those who wait for work that fails do it in its place, and one of them is enough': async (open) => {
    const store = await open();
    const one = request();
    let times = 0;
    const work = async () => {
      const time = ++times;
      await tick(20);
      if (time === 1) throw new Deliberate();
      return created(String(time));
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => store.run(one, work)));
    equal(times, 2);
    deepEqual(outcomes.filter(({ status }) => status === 'rejected').length, 1);
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') equal(outcome.value.answer.body, '2');
  },

  'different keys do not wait for each other': async (open) => {
    const store = await open();
    const first = held();
    const running = store.run(request(), first.work);
    // Where there is one connection it is taken, so the first has to end; but it is begun without waiting.
    const other = store.run(request(), counted().work);
    await first.begun;
    first.end();
    equal((await running).replayed, false);
    equal((await other).replayed, false);
  },

  'a repeat does not wait for ever, and takes nothing from the first': async (open) => {
    const store = await open({ wait: { milliseconds: 50 } });
    const one = request();
    const first = held();
    const running = store.run(one, first.work);
    await first.begun;
    await rejects(store.run(one, counted().work), (error) => IdempotencyInProgress.is(error) && error.details.retry_after_seconds >= 1);
    first.end();
    const { answer } = await running;
    deepEqual(await store.run(one, counted().work), { answer, replayed: true });
  },

  'a repeat whose client has gone waits no longer': async (open) => {
    const store = await open();
    const one = request();
    const first = held();
    const running = store.run(one, first.work);
    await first.begun;
    const client = new AbortController();
    const count = counted();
    const repeat = runInContext({ requestId: 'r', signal: client.signal }, () => store.run(one, count.work));
    client.abort(new Deliberate());
    await rejects(repeat, Deliberate);
    first.end();
    ok(!(await running).replayed);
    equal(count.times, 0);
  },
};
