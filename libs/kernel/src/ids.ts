import { randomFillSync } from 'node:crypto';
import { systemClock, type Clock } from './clock.js';

export interface UuidGeneratorOptions {
  /** @default systemClock */
  readonly clock?: Pick<Clock, 'now'>;
  /** Fills a buffer with random bytes. @default node:crypto */
  readonly random?: (buffer: Uint8Array) => void;
}

/**
 * Makes a generator of UUID version 7: 48 bits of Unix milliseconds, then random bits, so that keys sort by their
 * time of creation. Ids of one generator always rise, also within one millisecond and when the clock steps back:
 * `rand_a` and the first bits of `rand_b` then count up.
 * @see RFC 9562, sections 5.7 and 6.2 (method 2)
 */
export function uuidGenerator({ clock = systemClock, random = fillFromPool() }: UuidGeneratorOptions = {}): () => string {
  const bytes = new Uint8Array(16);
  let last = -1;
  let counter = 0; // 26 bits: rand_a (12) and the 14 bits after the variant
  return () => {
    random(bytes);
    const now = clock.now();
    if (now > last) {
      last = now;
      counter = ((bytes[6]! & 0x0f) << 22) | (bytes[7]! << 14) | ((bytes[8]! & 0x3f) << 8) | bytes[9]!;
    } else if (++counter > 0x3ffffff) {
      counter = 0;
      last += 1; // the counter is exhausted: borrow the next millisecond
    }
    for (let i = 0, rest = last; i < 6; i++, rest = Math.floor(rest / 256)) bytes[5 - i] = rest % 256;
    bytes[6] = 0x70 | (counter >>> 22);
    bytes[7] = (counter >>> 14) & 0xff;
    bytes[8] = 0x80 | ((counter >>> 8) & 0x3f);
    bytes[9] = counter & 0xff;
    return format(bytes);
  };
}

/** Returns a new UUID version 7 that is greater than every one this process made before. */
export const uuidv7: () => string = uuidGenerator();

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Tells whether a string is a UUID of any version in its canonical, lower-case form. */
export const isUuid = (value: string): boolean => uuid.test(value);

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function format(b: Uint8Array): string {
  const h = (i: number): string => hex[b[i]!]!;
  return `${h(0)}${h(1)}${h(2)}${h(3)}-${h(4)}${h(5)}-${h(6)}${h(7)}-${h(8)}${h(9)}-${h(10)}${h(11)}${h(12)}${h(13)}${h(14)}${h(15)}`;
}

// One system call fills many ids.
function fillFromPool(): (buffer: Uint8Array) => void {
  const pool = new Uint8Array(2048);
  let used = pool.length;
  return (buffer) => {
    if (used + buffer.length > pool.length) { randomFillSync(pool); used = 0; }
    buffer.set(pool.subarray(used, (used += buffer.length)));
  };
}
