import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { toMilliseconds, type Duration } from '@org/enterprise-kernel';
import { PasswordHashingFailed } from './errors.js';

export interface BcryptPoolOptions {
  readonly threads: number;
  readonly idleTimeout: Duration;
}

/** Hashes in worker threads. It is asked for no more at once than it has threads; who waits, waits in a `HashingQueue`. */
export interface BcryptPool {
  /** Returns the bcrypt hash of `password` with `salt`, which names the version and the cost. @throws PASSWORD_HASHING_FAILED */
  hash(password: string, salt: string): Promise<string>;
  close(): Promise<void>;
  /** Those that are running or starting. */
  readonly threads: readonly Worker[];
}

// From src as from dist, which lie side by side.
const worker = fileURLToPath(new URL('../../src/passwords/bcrypt-worker.mjs', import.meta.url));

export function bcryptPool({ threads, idleTimeout }: BcryptPoolOptions): BcryptPool {
  const jobs = new Set<(cause: unknown) => void>();
  let pool: Piscina | undefined;

  const failAll = (cause: unknown): void => {
    for (const fail of [...jobs]) fail(cause);
  };
  function open(): Piscina {
    const opened = new Piscina({ filename: worker, name: 'hash', minThreads: 0, maxThreads: threads, idleTimeout: toMilliseconds(idleTimeout) });
    // piscina rejects the job of a thread that ends, but leaves the one that waits for a thread to start waiting for ever.
    opened.on('error', failAll);
    opened.on('workerDestroy', () => queueMicrotask(() => {
      if (opened.threads.length === 0) failAll(new Error('The last thread has ended.'));
    }));
    return opened;
  }

  return {
    hash: (password, salt) => new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => {
        jobs.delete(fail);
        reject(new PasswordHashingFailed(undefined, { cause }));
      };
      const end = (hash: string): void => {
        jobs.delete(fail);
        resolve(hash);
      };
      jobs.add(fail);
      (pool ??= open()).run({ password, salt }).then(end, fail);
    }),
    async close() {
      await pool?.destroy();
    },
    get threads() { return pool?.threads ?? []; },
  };
}
