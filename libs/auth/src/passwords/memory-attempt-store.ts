import { delayOf, type AttemptLimit, type AttemptStore } from './attempt-store.js';

export interface MemoryAttemptStoreOptions {
  /** How many keys are kept at most; past that the one that was not counted for longest is forgotten. @default 100,000 */
  readonly maxKeys?: number;
}

interface Count {
  readonly level: number;
  readonly at: number;
  readonly blockedUntil: number;
  /** When it is as if there had been no attempt. */
  readonly recoveredAt: number;
}

/**
 * Counts attempts in this process: for tests, and for services of one process. Several processes count each for themselves,
 * and all of them from the beginning when they start.
 */
export function memoryAttemptStore({ maxKeys = 100_000 }: MemoryAttemptStoreOptions = {}): AttemptStore {
  // Maps keep the order of insertion, which is the order of the last use here.
  const counts = new Map<string, Count>();
  const places = new Map<string, number>();

  function put<V>(map: Map<string, V>, key: string, value: V): void {
    map.delete(key);
    map.set(key, value);
    if (map.size > maxKeys) map.delete(map.keys().next().value!);
  }
  function counted(limit: AttemptLimit, now: number): Count {
    const { level, at } = counts.get(limit.key) ?? { level: 0, at: now };
    const raised = Math.max(0, level - Math.max(0, now - at) / limit.recovery) + 1;
    return standing(limit, raised, now);
  }
  // From the one that was not used for longest. One that recovers late holds up those behind it, whose number is bounded.
  function sweep(now: number): void {
    for (const [key, { recoveredAt }] of counts) {
      if (recoveredAt > now) return;
      counts.delete(key);
    }
  }

  return {
    async count(limits, now) {
      for (const limit of limits) {
        const { blockedUntil = 0, at = 0 } = counts.get(limit.key) ?? {};
        // The second condition is for clocks that go back: without a delay there is no waiting.
        if (blockedUntil > now && blockedUntil > at) return { limit, until: blockedUntil };
      }
      for (const limit of limits) put(counts, limit.key, counted(limit, now));
      sweep(now);
      return undefined;
    },
    async takeBack(limits) {
      for (const limit of limits) {
        const known = counts.get(limit.key);
        if (!known) continue;
        counts.set(limit.key, standing(limit, Math.max(0, known.level - 1), known.at));
      }
    },
    async forget(key) {
      counts.delete(key);
    },
    async remember(place, until) {
      put(places, place, until);
    },
    async remembers(place, now) {
      return (places.get(place) ?? 0) > now;
    },
  };
}

function standing(limit: AttemptLimit, level: number, at: number): Count {
  const blockedUntil = at + delayOf(limit, level);
  return { level, at, blockedUntil, recoveredAt: Math.max(blockedUntil, at + level * limit.recovery) };
}
