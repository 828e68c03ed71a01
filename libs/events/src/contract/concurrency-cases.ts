import { deepEqual, equal } from 'node:assert/strict';
import { append, recorder, tick, type Cases } from './fixture.js';

function counting() {
  const running = new Map<string, number>();
  const state = { most: 0, together: false };
  return {
    state,
    async before({ key }: { readonly key: string }): Promise<void> {
      running.set(key, (running.get(key) ?? 0) + 1);
      if (running.get(key)! > 1) state.together = true;
      state.most = Math.max(state.most, [...running.values()].reduce((sum, each) => sum + each, 0));
      await tick(2);
      running.set(key, running.get(key)! - 1);
    },
  };
}

export const concurrencyCases: Cases = {
  'a subscriber handles no more at once than it says, and never two of one key': async (open) => {
    const { state, before } = counting();
    const { subscriber, handled } = recorder('contract.bounded', { concurrency: 3, before });
    await using opened = await open({ subscribers: [subscriber], concurrency: 10 });
    await opened.bus.start();
    for (let n = 1; n <= 6; n++) for (const key of ['a', 'b', 'c', 'd', 'e']) await append(opened, key, n);
    await opened.bus.idle();
    equal(handled.length, 30);
    equal(state.most <= 3, true, `${state.most} at once`);
    equal(state.together, false);
    for (const key of ['a', 'b', 'c', 'd', 'e']) deepEqual(handled.filter((each) => each.startsWith(key)), [1, 2, 3, 4, 5, 6].map((n) => `${key}${n}`));
  },

  'handlers outside of units run beside each other, and never two of one key': async (open) => {
    const { state, before } = counting();
    const { subscriber, handled } = recorder('contract.outside-together', { guarantee: 'at-least-once', concurrency: 4, before: async (event) => { await before(event); await tick(20); } });
    await using opened = await open({ subscribers: [subscriber], concurrency: 1 });
    await opened.bus.start();
    await opened.run(async () => { for (let n = 1; n <= 2; n++) for (const key of ['a', 'b', 'c', 'd']) await append(opened, key, n); });
    await opened.bus.idle();
    equal(handled.length, 8);
    equal(state.together, false);
    for (const key of ['a', 'b', 'c', 'd']) deepEqual(handled.filter((each) => each.startsWith(key)), [`${key}1`, `${key}2`]);
  },

  'all that many units append at once is handled once': async (open) => {
    const subscribers = ['contract.crowd-1', 'contract.crowd-2'].map((name) => recorder(name));
    await using opened = await open({ subscribers: subscribers.map(({ subscriber }) => subscriber), batch: 7 });
    await opened.bus.start();
    await Promise.all(Array.from({ length: 60 }, (_, n) => append(opened, `k${n}.`, n)));
    await opened.bus.idle();
    for (const { handled } of subscribers) deepEqual([...handled].sort(), Array.from({ length: 60 }, (_, n) => `k${n}.${n}`).sort());
  },
};
