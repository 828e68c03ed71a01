import { overStream } from '../body-stream.js';

/** Counts the bytes of a streamed body on their way out. */
export class CountedBody implements AsyncIterable<Uint8Array | string> {
  bytes = 0;
  /** Whether the body came to its end; false after a failure, or when the client left. */
  complete = false;
  readonly #source: AsyncIterable<Uint8Array | string>;

  constructor(source: AsyncIterable<Uint8Array | string>) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array | string> {
    return overStream(this.#source, this.#count());
  }

  async *#count(): AsyncGenerator<Uint8Array | string> {
    for await (const chunk of this.#source) {
      this.bytes += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length;
      yield chunk;
    }
    this.complete = true;
  }
}
