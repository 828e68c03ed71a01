import { toMilliseconds, type Clock, type Duration } from '@org/enterprise-kernel';

/** Notices a statement that nobody answers any more. One timer for many statements: most are answered long before it is due. */
export class AnswerWatch {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #onLate: () => void;
  #asked: number | undefined;
  #timer: Disposable | undefined;

  constructor(limit: Duration, clock: Clock, onLate: () => void) {
    this.#limit = toMilliseconds(limit);
    this.#clock = clock;
    this.#onLate = onLate;
  }

  asked(): void {
    if (this.#limit === 0) return;
    this.#asked = performance.now();
    if (!this.#timer) this.#arm(this.#limit);
  }

  answered(): void { this.#asked = undefined; }

  close(): void { this.#timer?.[Symbol.dispose](); }

  #arm(milliseconds: number): void {
    this.#timer = this.#clock.schedule({ milliseconds }, () => {
      this.#timer = undefined;
      if (this.#asked === undefined) return;
      const left = this.#asked + this.#limit - performance.now();
      if (left > 0) this.#arm(Math.ceil(left));
      else this.#onLate();
    });
  }
}
