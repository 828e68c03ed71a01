import { currentContext, type Meter } from '@org/enterprise-kernel';
import { PasswordHashingBusy, PasswordHashingClosed } from './errors.js';

export interface HashingQueueOptions {
  /** Shown in metrics. */
  readonly algorithm: string;
  /** How many passwords are hashed at once. */
  readonly concurrency: number;
  /** How many more may wait. */
  readonly maxWaiting: number;
  readonly meter: Meter;
}

interface Waiting { admit(): void; refuse(reason: unknown): void }

/**
 * Lets so many jobs run, so many wait, and refuses the others at once: hashing is the dearest thing that a stranger can
 * ask of a service. Who has gone (the signal of the request's context) gives up the place in the queue.
 */
export class HashingQueue {
  readonly #options: HashingQueueOptions;
  readonly #waiting = new Set<Waiting>();
  readonly #seconds;
  #running = 0;
  #lastSeconds = 0;
  #closed: { readonly idle: Promise<void>; readonly settle: () => void } | undefined;

  constructor(options: HashingQueueOptions) {
    const { algorithm, concurrency, maxWaiting, meter } = options;
    if (!Number.isInteger(concurrency) || concurrency < 1) throw new TypeError(`At least 1 password must be hashed at once, not ${concurrency}.`);
    if (!Number.isInteger(maxWaiting) || maxWaiting < 0) throw new TypeError(`maxWaiting must be an integer of at least 0, not ${maxWaiting}.`);
    this.#options = options;
    this.#seconds = meter.histogram({ name: 'password_hashing_seconds', help: 'Time to hash or verify a password, without waiting.', labels: ['algorithm'] }).with({ algorithm });
    meter.gauge({ name: 'password_hashing_waiting', help: 'Passwords that wait to be hashed.', labels: ['algorithm'], observe: (set) => set(this.#waiting.size, { algorithm }) });
  }

  /** @throws PASSWORD_HASHING_BUSY, PASSWORD_HASHING_CLOSED, the reason of the context's signal, what `job` rejects with */
  async run<R>(job: () => Promise<R>): Promise<R> {
    if (this.#closed) throw new PasswordHashingClosed();
    if (this.#running < this.#options.concurrency) this.#running++;
    else await this.#turn(currentContext()?.signal);
    const begin = performance.now();
    try {
      return await job();
    } finally {
      this.#lastSeconds = (performance.now() - begin) / 1000;
      this.#seconds.record(this.#lastSeconds);
      this.#leave();
    }
  }

  /** Refuses those who wait and resolves when the running jobs have ended. */
  close(): Promise<void> {
    if (!this.#closed) {
      let settle!: () => void;
      const idle = new Promise<void>((resolve) => { settle = resolve; });
      this.#closed = { idle, settle };
      for (const each of [...this.#waiting]) each.refuse(new PasswordHashingClosed());
      if (this.#running === 0) settle();
    }
    return this.#closed.idle;
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const { concurrency, maxWaiting } = this.#options;
    if (this.#waiting.size >= maxWaiting) {
      throw new PasswordHashingBusy({ retry_after_seconds: Math.max(1, Math.ceil((this.#waiting.size * this.#lastSeconds) / concurrency)) });
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiting);
        signal?.removeEventListener('abort', onAbort);
      };
      const waiting: Waiting = {
        admit() { leave(); resolve(); },
        refuse(reason) { leave(); reject(reason as Error); },
      };
      const onAbort = (): void => waiting.refuse(signal!.reason);
      signal?.addEventListener('abort', onAbort);
      this.#waiting.add(waiting);
    });
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next) return next.admit(); // hands its place on
    this.#running--;
    if (this.#running === 0) this.#closed?.settle();
  }
}
