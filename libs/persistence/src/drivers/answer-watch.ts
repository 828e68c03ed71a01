import { toMilliseconds, type Clock, type Duration } from '@org/enterprise-kernel';

/** Notices a statement that nobody answers any more. One timer for many statements: most are answered long before it is due. */
export class AnswerWatch {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #onLate: () => void;
  #open = 0;
  #since = 0;
  #timer: Disposable | undefined;

  constructor(limit: Duration, clock: Clock, onLate: () => void) {
    this.#limit = toMilliseconds(limit);
    this.#clock = clock;
    this.#onLate = onLate;
  }

  asked(): void {
    if (this.#open++ === 0) this.#since = performance.now();
    if (!this.#timer && this.#limit > 0) this.#arm(this.#limit);
  }

  answered(): void {
    this.#open--;
    this.#since = performance.now();
  }

  close(): void { this.#timer?.[Symbol.dispose](); }

  #arm(milliseconds: number): void {
    this.#timer = this.#clock.schedule({ milliseconds }, () => {
      this.#timer = undefined;
      if (this.#open === 0) return;
      const left = this.#since + this.#limit - performance.now();
      if (left > 0) this.#arm(Math.ceil(left));
      else this.#onLate();
    });
  }
}
