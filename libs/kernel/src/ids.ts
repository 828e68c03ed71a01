import { randomFillSync } from 'node:crypto';
import { systemClock, type Clock } from './clock.js';

export interface UuidGeneratorOptions {
  /** @default systemClock */
  readonly clock?: Pick<Clock, 'now'>;
  /** Fills a buffer with cryptographically strong random bytes. @default node:crypto */
  readonly random?: (buffer: Uint8Array) => void;
}

/**
 * Makes a generator of UUID version 7: 48 bits of Unix milliseconds, a 26-bit counter and 48 random bits, so that keys
 * sort by their time of creation. Ids of one generator always rise, also within one millisecond and when the clock steps
 * back: the counter, in `rand_a` and the first bits of `rand_b`, starts at random in each new millisecond and counts up.
 * @see RFC 9562, sections 5.7 and 6.2 (method 1)
 */
export function uuidGenerator({ clock = systemClock, random = fillFromPool() }: UuidGeneratorOptions = {}): () => string {
  const bytes = new Uint8Array(16);
  let last = 0;
  let counter = 0;
  return () => {
    random(bytes);
    const now = Math.floor(clock.now());
    if (now > last) {
      last = now;
      counter = ((bytes[6]! & 0x0f) << 22) | (bytes[7]! << 14) | ((bytes[8]! & 0x3f) << 8) | bytes[9]!;
    } else if (++counter > 0x3ffffff) {
      counter = 0;
      last += 1; // the counter is exhausted: borrow the next millisecond
    }
    writeTime(bytes, last);
    bytes[6] = 0x70 | (counter >>> 22);
    bytes[7] = counter >>> 14;
    bytes[8] = 0x80 | ((counter >>> 8) & 0x3f);
    bytes[9] = counter;
    return format(bytes);
  };
}

/** Returns a new UUID version 7 that is greater than every one it returned before. */
export const uuidv7: () => string = uuidGenerator();

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Tells whether a value is a UUID of version 1 to 8 in its canonical, lower-case form; nil and max are none. */
export const isUuid = (value: unknown): boolean => typeof value === 'string' && uuid.test(value);

// 48 bits are more than a bitwise operator takes.
function writeTime(bytes: Uint8Array, milliseconds: number): void {
  const high = Math.floor(milliseconds / 2 ** 32);
  bytes[0] = high >>> 8;
  bytes[1] = high;
  bytes[2] = milliseconds >>> 24;
  bytes[3] = milliseconds >>> 16;
  bytes[4] = milliseconds >>> 8;
  bytes[5] = milliseconds;
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function format(b: Uint8Array): string {
  const h = (i: number): string => hex[b[i]!]!;
  return `${h(0)}${h(1)}${h(2)}${h(3)}-${h(4)}${h(5)}-${h(6)}${h(7)}-${h(8)}${h(9)}-${h(10)}${h(11)}${h(12)}${h(13)}${h(14)}${h(15)}`;
}

// One call of the system's generator fills many ids.
function fillFromPool(): (buffer: Uint8Array) => void {
  const pool = new Uint8Array(2048);
  let used = pool.length;
  return (buffer) => {
    if (used + buffer.length > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    for (let i = 0; i < buffer.length; i++) buffer[i] = pool[used++]!;
  };
}
