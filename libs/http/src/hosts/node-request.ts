import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAppError } from '@org/enterprise-kernel';
import { BodyTimeout, PayloadTooLarge } from '../errors.js';
import type { HttpRequest, HttpRequestBody } from '../http-request.js';

// Whose bodies we are reading: only those may be told of a connection's fault by an `error` event, for nobody else expects one.
const reading = new WeakSet<IncomingMessage>();

const failed = new WeakSet<IncomingMessage>();

/** Makes a body that is being read fail with `fault`, and tells whether it was. */
export function failBody(message: IncomingMessage, fault: Error): boolean {
  if (message.complete || !reading.has(message)) return false;
  failed.add(message);
  return message.emit('error', fault);
}

/** Tells whether nothing more of a body is to be expected, though it is not complete. */
export const hasFailed = (message: IncomingMessage): boolean => failed.has(message);

/** Adapts Node's request; Express and Fastify build on it. */
export class NodeRequest implements HttpRequest, HttpRequestBody {
  readonly parsed: HttpRequestBody['parsed'] = undefined;

  /** @param continues whether the client waits for `100 Continue` before it sends the body */
  constructor(readonly message: IncomingMessage, protected readonly response: ServerResponse, readonly url: string, private readonly continues = false) {}

  get method(): string { return this.message.method!; }
  get headers(): HttpRequest['headers'] { return this.message.headers; }
  get remoteAddress(): string { return this.message.socket.remoteAddress ?? ''; }
  get body(): HttpRequestBody { return this; }

  repeats(name: string): boolean {
    const { rawHeaders } = this.message;
    let found = 0;
    for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]!.length === name.length && rawHeaders[i]!.toLowerCase() === name) found++;
    return found > 1;
  }

  onClose(listener: () => void): void {
    const { response } = this;
    const closed = (): void => { if (!response.writableFinished) listener(); };
    if (response.closed) closed();
    else response.once('close', closed);
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    const { message } = this;
    this.#start();
    try {
      // Left alone, an iterator that is not read to its end destroys the message, and nothing after it on the connection is read.
      for await (const chunk of message.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
    } catch (error) {
      throw faultOf(error);
    }
  }

  /** Listens for the chunks itself: an async iterator costs several times more. */
  bytes(limit: number): Promise<Uint8Array> {
    const { message } = this;
    this.#start();
    return new Promise((resolve, reject) => {
      if (message.readableEnded) return resolve(new Uint8Array());
      if (message.destroyed) return reject(new BodyTimeout());
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
      const onFault = (error?: unknown): void => { settle(); reject(faultOf(error)); };
      const settle = (): void => { message.off('data', onData).off('end', onEnd).off('error', onFault).off('close', onFault); };
      message.on('data', onData).on('end', onEnd).on('error', onFault).on('close', onFault);
    });
  }

  #start(): void {
    reading.add(this.message);
    if (this.continues) this.response.writeContinue();
  }
}

const faultOf = (error: unknown): Error => (isAppError(error) ? error : new BodyTimeout(undefined, { cause: error }));
