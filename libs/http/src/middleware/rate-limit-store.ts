/** How an attempt ended. */
export interface RateLimitTaken {
  readonly allowed: boolean;
  /** How many more are allowed at this moment. */
  readonly remaining: number;
  /** Milliseconds until the oldest counted request no longer counts. */
  readonly resetMs: number;
}

/**
 * Where requests are counted. A store must bound its own waiting: a limiter waits for it.
 * Times come from the caller, in milliseconds since the epoch.
 */
export interface RateLimitStore {
  /** Counts a request if fewer than `max` were counted for `key` within the window; a refused one does not count. */
  take(key: string, max: number, windowMs: number, now: number): RateLimitTaken | Promise<RateLimitTaken>;
  /** Takes back the newest counted request of `key`, if there is one. */
  giveBack(key: string, windowMs: number, now: number): void | Promise<void>;
}

export interface MemoryRateLimitStoreOptions {
  /** How many keys are remembered at most; past that the one longest unseen is forgotten. @default 10,000 (about 4 MB) */
  readonly maxKeys?: number;
}

const slices = 60;
const kept = slices + 1; // the youngest slice is still filling, so a whole window reaches into one more

interface Entry { readonly counts: Uint32Array; newest: number; total: number }

/**
 * Counts in this process, over a sliding window cut into 60 slices: never more than `max` in any window, and a request is
 * forgotten at most a sixtieth of the window late. A fixed window would let twice as many pass around its border.
 */
export function memoryRateLimitStore({ maxKeys = 10_000 }: MemoryRateLimitStoreOptions = {}): RateLimitStore {
  if (!Number.isInteger(maxKeys) || maxKeys < 1) throw new TypeError(`maxKeys must be a whole number of at least 1, not ${maxKeys}.`);
  const entries = new Map<string, Entry>(); // in the order they were last seen

  function touch(key: string, slice: number): Entry {
    let entry = entries.get(key);
    if (entry) entries.delete(key);
    else {
      if (entries.size >= maxKeys) entries.delete(entries.keys().next().value!);
      entry = { counts: new Uint32Array(kept), newest: slice, total: 0 };
    }
    entries.set(key, entry);
    return entry;
  }

  return {
    take(key, max, windowMs, now) {
      const length = windowMs / slices;
      const slice = Math.floor(now / length);
      const entry = touch(key, slice);
      advance(entry, slice);
      const allowed = entry.total < max;
      if (allowed) {
        entry.counts[entry.newest % kept]! += 1;
        entry.total += 1;
      }
      return { allowed, remaining: Math.max(0, max - entry.total), resetMs: Math.max(0, (oldestOf(entry) + kept) * length - now) };
    },
    giveBack(key) {
      const entry = entries.get(key);
      if (!entry || entry.total === 0) return;
      let slice = entry.newest;
      while (entry.counts[slice % kept] === 0) slice -= 1;
      entry.counts[slice % kept]! -= 1;
      entry.total -= 1;
    },
  };
}

/** Empties the slices that the window has left behind. A clock that steps back counts into the newest slice. */
function advance(entry: Entry, slice: number): void {
  const passed = Math.min(slice - entry.newest, kept);
  for (let i = 1; i <= passed; i++) {
    const place = (slice - passed + i) % kept;
    entry.total -= entry.counts[place]!;
    entry.counts[place] = 0;
  }
  if (passed > 0) entry.newest = slice;
}

function oldestOf({ counts, newest }: Entry): number {
  for (let slice = newest - slices; slice < newest; slice++) if (counts[(slice + kept) % kept]! > 0) return slice;
  return newest;
}
