import type { Duration } from '@org/enterprise-kernel';
import { sseParser } from './sse-parser.js';

/** The values of a route's server-sent events, as they arrive. Leaving the loop closes the connection. It does not connect again by itself. */
export interface EventStream<T> extends AsyncIterable<T>, AsyncDisposable {
  /** For the Last-Event-ID header of the next connection; empty where the server sends no ids. */
  readonly lastEventId: string;
  /** How long the server wants a client to wait before it connects again. */
  readonly retryAfter: Duration | undefined;
  /** Closes the connection. */
  close(): Promise<void>;
}

/** @param read makes a value of an event's data; what it throws, the reader of the stream gets */
export function eventStream<T>(stream: ReadableStream<Uint8Array>, read: (data: string) => T): EventStream<T> {
  const parser = sseParser();
  const reader = stream.getReader();
  async function* values(): AsyncGenerator<T> {
    const decoder = new TextDecoder();
    try {
      for (let next; !(next = await reader.read()).done;) {
        for (const { data } of parser.push(decoder.decode(next.value, { stream: true }))) yield read(data);
      }
    } finally {
      await close();
    }
  }
  const close = (): Promise<void> => reader.cancel();
  return {
    get lastEventId() { return parser.lastEventId; },
    get retryAfter() { return parser.retry === undefined ? undefined : { milliseconds: parser.retry }; },
    [Symbol.asyncIterator]: values,
    close,
    [Symbol.asyncDispose]: close,
  };
}
