import type { OutputFilter } from './output-filter.js';

const heartbeatMilliseconds = 15_000;

/**
 * Writes values as server-sent events, with a comment line when nothing happened for a while, so that proxies keep the
 * connection and a client that has gone is noticed.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* eventStream(source: AsyncIterable<unknown>, filter: OutputFilter): AsyncGenerator<string> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    yield ':\n\n'; // the headers leave at once
    let next = iterator.next();
    for (;;) {
      const pause = heartbeat();
      const result = await Promise.race([next, pause.over]).finally(pause.cancel);
      if (result === undefined) {
        yield ':\n\n';
        continue;
      }
      if (result.done) return;
      yield `data: ${JSON.stringify(filter(result.value))}\n\n`;
      next = iterator.next();
    }
  } finally {
    await iterator.return?.();
  }
}

function heartbeat(): { readonly over: Promise<undefined>; readonly cancel: () => void } {
  let timer: NodeJS.Timeout;
  const over = new Promise<undefined>((resolve) => { timer = setTimeout(() => resolve(undefined), heartbeatMilliseconds).unref(); });
  return { over, cancel: () => clearTimeout(timer) };
}
