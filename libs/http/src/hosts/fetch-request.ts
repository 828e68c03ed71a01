import { BodyTimeout } from '../errors.js';
import type { HttpRequest, HttpRequestBody } from '../http-request.js';
import { originForm } from './request-target.js';

/** Adapts a web-standard request. */
export class FetchRequest implements HttpRequest, HttpRequestBody {
  readonly headers: HttpRequest['headers'];
  readonly url: string;
  readonly #listeners: (() => void)[] = [];

  constructor(readonly request: Request, readonly remoteAddress: string) {
    this.headers = Object.fromEntries(request.headers);
    this.url = originForm(request.url);
  }

  get method(): string { return this.request.method; }
  get body(): HttpRequestBody { return this; }

  onClose(listener: () => void): void {
    const { signal } = this.request;
    if (signal.aborted) listener();
    else signal.addEventListener('abort', listener, { once: true });
    this.#listeners.push(listener);
  }

  /** Says that nobody reads the answer any more. */
  left(): void {
    for (const listener of this.#listeners.splice(0)) listener();
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    // Not every platform can iterate a stream itself.
    const reader = this.request.body?.getReader();
    if (!reader) return;
    try {
      for (;;) {
        const { done, value } = await reader.read().catch((cause: unknown) => { throw new BodyTimeout(undefined, { cause }); });
        if (done) return;
        yield value;
      }
    } finally {
      void reader.cancel().catch(() => {});
    }
  }
}
