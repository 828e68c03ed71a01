import { releaseStream } from '../body-stream.js';
import type { Dispatcher } from '../dispatcher.js';
import { InternalError } from '../errors.js';
import type { Answer } from '../http-request.js';
import { bareAnswer } from './bare-answer.js';
import { FetchRequest } from './fetch-request.js';
import { isStream } from './send-answer.js';

export interface FetchInfo {
  /** The client's address, where the platform knows it. @default none */
  readonly remoteAddress?: string;
}

/** Answers a web-standard request, as serverless platforms, Deno, Bun and service workers hand it over. */
export type FetchHandler = (request: Request, info?: FetchInfo) => Promise<Response>;

/**
 * Serves a dispatcher behind the Fetch API. Bodies stream both ways; `request.signal`, or cancelling the answer's body, tells the
 * handler that the client has gone.
 */
export function fetchHandler(dispatcher: Dispatcher): FetchHandler {
  return async (request, { remoteAddress = '' } = {}) => {
    const adapted = new FetchRequest(request, remoteAddress);
    const answer = await dispatcher.handle(adapted);
    try {
      return responseOf(answer, adapted);
    } catch {
      // A header that the platform refuses.
      if (isStream(answer.body)) releaseStream(answer.body);
      return responseOf(bareAnswer(new InternalError(), 500), adapted);
    }
  };
}

// Of a connection, which a function does not have (RFC 9110 section 7.6.1).
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding']);

function responseOf({ status, headers, body }: Answer, request: FetchRequest): Response {
  const kept = new Headers();
  for (let i = 0; i < headers.length; i += 2) if (!hopByHop.has(headers[i]!.toLowerCase())) kept.append(headers[i]!, headers[i + 1]!);
  const init = { status, headers: kept };
  if (isStream(body)) {
    if (request.method !== 'HEAD') return new Response(streamOf(body[Symbol.asyncIterator](), request), init);
    releaseStream(body);
  }
  return new Response(request.method === 'HEAD' || body === undefined ? null : (body as string | Uint8Array<ArrayBuffer>), init);
}

/** Pulls from the iterator as fast as the client reads. */
function streamOf(iterator: AsyncIterator<Uint8Array | string>, request: FetchRequest): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) return controller.close();
      controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
    },
    cancel() {
      request.left();
      // Not awaited: a generator that waits for its next value returns only then.
      void iterator.return?.().catch(() => {});
    },
  }, { highWaterMark: 0 });
}
