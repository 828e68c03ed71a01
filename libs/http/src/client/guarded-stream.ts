import { abortable } from './time-limit.js';

export interface GuardOptions {
  readonly signal: AbortSignal;
  /** Called once, when the stream has ended, failed or been cancelled. */
  readonly release: () => void;
  /** Turns a failure of the connection into the error that a reader gets. */
  readonly failed: (cause: unknown) => unknown;
}

/** Passes on the body of an answer; an abort ends it also where the transport does not know the signal. */
export function guardedStream(body: ReadableStream<Uint8Array> | null, { signal, release, failed }: GuardOptions): ReadableStream<Uint8Array> {
  const reader = body?.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = reader && await abortable(reader.read(), signal);
        if (next && !next.done) return controller.enqueue(next.value);
        release();
        controller.close();
      } catch (error) {
        release();
        reader?.cancel(error).catch(() => {}); // not awaited: it may never be answered
        controller.error(signal.aborted ? signal.reason : failed(error));
      }
    },
    async cancel(reason) {
      release();
      await reader?.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
