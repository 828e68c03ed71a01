import { manualClock, type Logger } from '@org/enterprise-kernel';
import type { Invalidation } from '../revocations.js';
import { memoryRevocations } from './memory-revocations.js';

const revoked = (id: string, until: number): Invalidation => ({ id, kind: 'revoked', until });

test('what was revoked is known until its time, and the later of two times counts', async () => {
  const clock = manualClock();
  const revocations = memoryRevocations({ clock });
  await revocations.publish([revoked('a', clock.now() + 2_000), revoked('a', clock.now() + 1_000), revoked('past', clock.now()), { id: 'b', kind: 'changed', until: clock.now() + 2_000 }]);
  expect(['a', 'b', 'past', 'c'].map((id) => revocations.isRevoked(id))).toEqual([true, false, false, false]);
  await clock.advance({ milliseconds: 1_999 });
  expect(revocations.isRevoked('a')).toBe(true);
  await clock.advance({ milliseconds: 1 });
  expect(revocations.isRevoked('a')).toBe(false);
});

test('every listener hears of everything until it stops, and one that fails stops no other', async () => {
  const logged: string[] = [];
  const write = (message: string): void => void logged.push(message);
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  const revocations = memoryRevocations({ logger });
  const heard: Invalidation[] = [];
  const listener = (each: Invalidation): void => void heard.push(each);
  revocations.subscribe(() => { throw new Error('listener'); });
  const stop = revocations.subscribe(listener);
  const stopAgain = revocations.subscribe(listener);
  const [one, two] = [revoked('a', Date.now() + 1_000), { id: 'u', kind: 'changed', until: 0 } as const];
  await revocations.publish([one, two]);
  expect(heard).toEqual([one, one, two, two]);
  stop();
  stop();
  await revocations.publish([one]);
  expect(heard).toHaveLength(5);
  stopAgain();
  await revocations.publish([one]);
  expect(heard).toHaveLength(5);
  expect(logged).toHaveLength(4);
});
