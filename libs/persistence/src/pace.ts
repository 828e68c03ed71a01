const quickMilliseconds = 2;
const weight = 0.1;
// A quick answer is there one or two turns after its question, however long these take.
const usualTurns = 3;

/** Learns whether a prepared statement is a lookup that the server usually answers at once. Until proven, it is not. */
export class Pace {
  #usual = 10;

  get quick(): boolean { return this.#usual < quickMilliseconds; }

  /**
   * Takes note of an answer.
   * @param waited milliseconds in which this process had nothing to do while the statement ran; what it was busy with is not the server's fault
   * @param turns of the event loop; a busy process has nothing to wait for, but sees the turns go by
   */
  answered(waited: number, turns: number): void {
    this.#usual += (Math.max(waited, turns - usualTurns) - this.#usual) * weight;
  }
}

// A write may wait for somebody's lock, and so may these.
const locking = /\bfor\s+(no\s+key\s+)?(update|(key\s+)?share)\b/i;

/** Returns a pace to learn for a statement that only reads, nothing for another. */
export const paceOf = (text: string): Pace | undefined => (/^\s*select\b/i.test(text) && !locking.test(text) ? new Pace() : undefined);
