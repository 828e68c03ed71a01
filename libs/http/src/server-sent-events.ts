import type { OutputFilter } from './output-filter.js';

const heartbeatMilliseconds = 15_000;

/**
 * Writes values as server-sent events, with a comment line when nothing happened for a while, so that proxies keep the
 * connection. Ends when the source does or `signal` says that nobody listens any more.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* eventStream(source: AsyncIterable<unknown>, filter: OutputFilter, signal: AbortSignal): AsyncGenerator<string> {
  const iterator = source[Symbol.asyncIterator]();
  const { gone, forget } = whenAborted(signal);
  try {
    yield ':\n\n'; // the headers leave at once
    let next = iterator.next();
    for (;;) {
      const pause = heartbeat();
      const result = await Promise.race([next, pause.over, gone]).finally(pause.cancel);
      if (result === 'gone') return;
      if (result === undefined) {
        yield ':\n\n';
        continue;
      }
      if (result.done) return;
      yield `data: ${JSON.stringify(filter(result.value))}\n\n`;
      next = iterator.next();
    }
  } finally {
    forget();
    // Not waited for: a source that is in the middle of something may never come back.
    iterator.return?.()?.catch(() => {});
  }
}

function whenAborted(signal: AbortSignal): { readonly gone: Promise<'gone'>; readonly forget: () => void } {
  let onAbort!: () => void;
  const gone = new Promise<'gone'>((resolve) => { onAbort = () => resolve('gone'); });
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return { gone, forget: () => signal.removeEventListener('abort', onAbort) };
}

function heartbeat(): { readonly over: Promise<undefined>; readonly cancel: () => void } {
  let timer: NodeJS.Timeout;
  const over = new Promise<undefined>((resolve) => { timer = setTimeout(() => resolve(undefined), heartbeatMilliseconds).unref(); });
  return { over, cancel: () => clearTimeout(timer) };
}
