import { manualClock } from '@org/enterprise-kernel';
import { idempotencyContract } from '../suites/index.js';
import { counted, request } from '../suites/idempotency-fixture.js';
import { memoryIdempotencyStore } from './memory.js';

idempotencyContract({ describe, test }, { name: 'memory', open: (options) => memoryIdempotencyStore(options) });

test('the store in memory forgets the oldest answer when there are too many', async () => {
  const store = memoryIdempotencyStore({ maxKeys: 2 });
  const [a, b, c] = [request(), request(), request()];
  for (const one of [a, b, c]) await store.run(one, counted().work);
  const replayed = [];
  for (const one of [c, b, a]) replayed.push((await store.run(one, counted().work)).replayed);
  expect(replayed).toEqual([true, true, false]);
});

test('a key that was used again after its end is as young as any other', async () => {
  const clock = manualClock();
  const store = memoryIdempotencyStore({ maxKeys: 2, clock, expiry: { minutes: 1 } });
  const [a, b, c] = [request(), request(), request()];
  await store.run(a, counted().work);
  await clock.advance({ seconds: 30 });
  await store.run(b, counted().work);
  await clock.advance({ seconds: 30 });
  await store.run(a, counted().work);
  await store.run(c, counted().work);
  expect((await store.run(a, counted().work)).replayed).toBe(true);
  expect((await store.run(b, counted().work)).replayed).toBe(false);
});
