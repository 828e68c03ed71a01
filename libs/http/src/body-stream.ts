import type { Readable } from 'node:stream';

type Chunks = AsyncIterable<Uint8Array | string>;

/** Lets go of a streamed body that nobody is going to read. */
export function releaseStream(body: Chunks): void {
  if ('destroy' in body) (body as Readable).destroy();
  else void body[Symbol.asyncIterator]().return?.()?.catch(() => {});
}

/**
 * Puts a generator over a streamed body. One that is left before its first chunk, as after HEAD, has not run a line and
 * would not run its `finally` either: here the source is released all the same, and `unread` is told.
 */
export function overStream<T extends Uint8Array | string>(source: Chunks, generator: AsyncGenerator<T>, unread: () => void = () => {}): AsyncGenerator<T> {
  let touched = false;
  const leave = (): void => {
    if (touched) return;
    touched = true;
    releaseStream(source);
    unread();
  };
  return {
    next() { touched = true; return generator.next(); },
    return(value) { leave(); return generator.return(value); },
    throw(error) { leave(); return generator.throw(error); },
    async [Symbol.asyncDispose]() { await this.return(undefined); },
    [Symbol.asyncIterator]() { return this; },
  };
}
