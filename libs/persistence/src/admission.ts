import { systemClock, toMilliseconds, type Clock, type Duration } from '@org/enterprise-kernel';
import { DatabaseBusy } from './errors.js';

export interface AdmissionOptions {
  readonly timeout: Duration;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Said to those who waited too long. */
  readonly message: (waited: string) => string;
}

interface Waiting { readonly admit: () => void; readonly refuse: (reason: unknown) => void }

/** Lets so many in at once and the others wait, first come, first served, and not for ever. */
export class Admission {
  #free: number;
  readonly #waiting = new Set<Waiting>();
  readonly #options: AdmissionOptions;

  constructor(places: number, options: AdmissionOptions) {
    this.#free = places;
    this.#options = options;
  }

  get waiting(): number { return this.#waiting.size; }

  get full(): boolean { return this.#free === 0; }

  /** Takes a place if there is one at once. */
  tryEnter(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  /** @throws DATABASE_BUSY after the time-out; the signal's reason */
  enter(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.tryEnter()) return Promise.resolve();
    const { timeout, clock = systemClock, message } = this.#options;
    return new Promise<void>((resolve, reject) => {
      const settled = (): void => {
        this.#waiting.delete(waiting);
        timer[Symbol.dispose]();
        signal?.removeEventListener('abort', onAbort);
      };
      const waiting: Waiting = {
        admit() { settled(); resolve(); },
        refuse(reason) { settled(); reject(reason); },
      };
      const onAbort = (): void => waiting.refuse(signal!.reason);
      const timer = clock.schedule(timeout, () => waiting.refuse(new DatabaseBusy(undefined, { message: message(`${toMilliseconds(timeout)} ms`) })), { keepAlive: true });
      signal?.addEventListener('abort', onAbort);
      this.#waiting.add(waiting);
    });
  }

  leave(): void {
    const [next] = this.#waiting;
    if (next) next.admit();
    else this.#free++;
  }

  /** Turns away everyone who waits. */
  refuseAll(reason: unknown): void {
    for (const each of [...this.#waiting]) each.refuse(reason);
  }
}
