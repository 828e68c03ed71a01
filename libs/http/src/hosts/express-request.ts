import type { Request, Response } from 'express';
import { PayloadTooLarge } from '../errors.js';
import type { HttpRequestBody } from '../http-request.js';
import { NodeRequest } from './node-request.js';

/** Adapts Express's request: its client address, and what a body parser has left. */
export class ExpressRequest extends NodeRequest {
  override readonly parsed: HttpRequestBody['parsed'];
  /** Bytes that `express.raw()` or `express.text()` have read. */
  readonly #raw: Uint8Array | undefined;

  constructor(private readonly express: Request, response: Response, url: string) {
    super(express, response, url);
    const body = express.body as unknown;
    this.#raw = typeof body === 'string' ? Buffer.from(body) : body instanceof Uint8Array ? body : undefined;
    this.parsed = body === undefined || this.#raw ? undefined : { value: body };
  }

  override get remoteAddress(): string { return this.express.ip ?? super.remoteAddress; }

  override async *stream(): AsyncGenerator<Uint8Array> {
    if (this.#raw) yield this.#raw;
    else yield* super.stream();
  }

  override async bytes(limit: number): Promise<Uint8Array> {
    const raw = this.#raw;
    if (!raw) return super.bytes(limit);
    if (raw.length > limit) throw new PayloadTooLarge({ limit });
    return raw;
  }
}
