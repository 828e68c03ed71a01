import type { Clock } from '@org/enterprise-kernel';

/** Wakes one who waits; rung while nobody does, it is remembered, and any number of times is once. */
export class Alarm {
  readonly #clock: Clock;
  #rung = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves when it rings, at the latest after so long. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.schedule({ milliseconds }, () => this.#wake?.());
        this.#wake = () => {
          this.#wake = undefined;
          timer[Symbol.dispose]();
          resolve();
        };
      });
    }
    this.#rung = false;
  }
}
