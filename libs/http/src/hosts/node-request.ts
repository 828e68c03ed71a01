import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { BodyTimeout, PayloadTooLarge } from '../errors.js';
import type { Answer, HttpRequest, HttpRequestBody } from '../http-request.js';

/** Adapts Node's request; Express and Fastify build on it. */
export class NodeRequest implements HttpRequest, HttpRequestBody {
  readonly parsed: HttpRequestBody['parsed'];
  readonly #response: ServerResponse;

  constructor(readonly message: IncomingMessage, response: ServerResponse, readonly url: string, parsed?: HttpRequestBody['parsed']) {
    this.#response = response;
    this.parsed = parsed;
  }

  get method(): string { return this.message.method!; }
  get headers(): HttpRequest['headers'] { return this.message.headers; }
  get remoteAddress(): string { return this.message.socket.remoteAddress ?? ''; }
  get body(): HttpRequestBody { return this; }

  onClose(listener: () => void): void {
    finished(this.#response, (error) => { if (error) listener(); });
  }

  stream(): AsyncIterable<Uint8Array> {
    return this.message;
  }

  /** Listens for the chunks itself: an async iterator costs several times more. */
  bytes(limit: number): Promise<Uint8Array> {
    const { message } = this;
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const onData = (chunk: Buffer): void => {
        size += chunk.length;
        if (size > limit) {
          settle();
          message.pause();
          reject(new PayloadTooLarge({ limit }));
        } else chunks.push(chunk);
      };
      const onEnd = (): void => { settle(); resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)); };
      const onError = (): void => { settle(); reject(new BodyTimeout()); };
      const settle = (): void => { message.off('data', onData).off('end', onEnd).off('error', onError).off('close', onError); };
      message.on('data', onData).on('end', onEnd).on('error', onError).on('close', onError);
    });
  }
}

/** Sends an answer; a body to a HEAD request is left out. */
export function sendAnswer(response: ServerResponse, { status, headers, body }: Answer, method: string): void {
  response.writeHead(status, headers);
  if (body === undefined || method === 'HEAD') response.end();
  else if (typeof body === 'string' || body instanceof Uint8Array) response.end(body);
  // A client that leaves half-way is no error of ours; pipeline has destroyed both ends.
  else pipeline(Readable.from(body), response).catch(() => {});
}
