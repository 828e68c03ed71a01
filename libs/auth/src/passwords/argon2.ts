import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, parseOptions, verify, type Options } from '@node-rs/argon2';
import { noopMeter, type Meter } from '@org/enterprise-kernel';
import { HashingQueue } from './hashing-queue.js';
import type { PasswordHasher } from './password-hasher.js';

export interface Argon2Options {
  /** Memory of one hash, in KiB. @default 19,456 (OWASP) */
  readonly memoryCost?: number;
  /** Passes over the memory. @default 2 (OWASP) */
  readonly timeCost?: number;
  /** Lanes. @default 1 (OWASP) */
  readonly parallelism?: number;
  /**
   * How many passwords are hashed at once, on the threads of libuv: those serve files and look-ups of names too, and there
   * are four unless UV_THREADPOOL_SIZE says more. @default one less than there are processors, from 1 to 3
   */
  readonly concurrency?: number;
  /** How many passwords may wait; more are refused with PASSWORD_HASHING_BUSY. @default 100 */
  readonly maxWaiting?: number;
  /** @default none */
  readonly meter?: Meter;
}

// Constants that are types only in the SDK.
const argon2id = 2 as NonNullable<Options['algorithm']>;
const version19 = 1 as NonNullable<Options['version']>;
const format = /^\$argon2id\$v=19\$m=\d{1,8},t=\d{1,4},p=\d{1,3}\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{16,128}$/;
const outputLen = 32;

/**
 * Argon2id (RFC 9106, version 0x13) by the native `@node-rs/argon2`, off the event loop, as PHC strings.
 * Disposing it refuses the passwords that wait, and waits for those that are being hashed.
 */
export function argon2(options: Argon2Options = {}): PasswordHasher & AsyncDisposable {
  const { memoryCost = 19_456, timeCost = 2, parallelism = 1, maxWaiting = 100, meter = noopMeter } = options;
  const { concurrency = Math.min(3, Math.max(1, availableParallelism() - 1)) } = options;
  assertParameters({ memoryCost, timeCost, parallelism });
  const parameters: Options = { algorithm: argon2id, version: version19, memoryCost, timeCost, parallelism, outputLen };
  const queue = new HashingQueue({ algorithm: 'argon2id', concurrency, maxWaiting, meter });

  return {
    decoy: `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${base64(16)}$${base64(outputLen)}`,
    hash: (password) => queue.run(() => hash(password, parameters)),
    async verify(password, stored) {
      return parse(stored) !== undefined && queue.run(() => verify(stored, password));
    },
    recognises: (stored) => parse(stored) !== undefined,
    needsRehash(stored) {
      const found = parse(stored);
      return found?.memoryCost !== memoryCost || found.timeCost !== timeCost || found.parallelism !== parallelism || found.outputLen !== outputLen;
    },
    [Symbol.asyncDispose]: () => queue.close(),
  };
}

function parse(stored: string): ReturnType<typeof parseOptions> | undefined {
  if (!format.test(stored)) return undefined;
  try {
    return parseOptions(stored);
  } catch {
    return undefined;
  }
}

/** The bounds of RFC 9106, section 3.1, and what a table of passwords may ask a process for. */
function assertParameters(values: { readonly memoryCost: number; readonly timeCost: number; readonly parallelism: number }): void {
  const { parallelism } = values;
  const bounds = { memoryCost: [8 * parallelism, 4_194_304], timeCost: [1, 1_000], parallelism: [1, 255] } as const;
  for (const [name, [least, most]] of Object.entries(bounds)) {
    const value = values[name as keyof typeof values];
    if (!Number.isInteger(value) || value < least || value > most) throw new TypeError(`argon2's ${name} must be an integer from ${least} to ${most}, not ${value}.`);
  }
}

const base64 = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '');
