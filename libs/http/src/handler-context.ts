import type { Caller } from '@org/enterprise-kernel';
import type { Exchange } from './exchange.js';

/** What a handler gets; its typed face is `RequestContextOf`. */
export class HandlerContext {
  constructor(
    readonly exchange: Exchange,
    readonly version: string,
    readonly params: unknown,
    readonly query: unknown,
    readonly headers: unknown,
    readonly body: unknown,
    readonly expectedVersion: string | undefined,
  ) {}

  get caller(): Caller { return this.exchange.caller; }
  get requestId(): string { return this.exchange.requestId; }
  get remoteAddress(): string { return this.exchange.remoteAddress; }
  get signal(): AbortSignal { return this.exchange.signal; }
}
