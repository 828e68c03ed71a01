import { uuidv7 } from '@org/enterprise-kernel';
import type { Middleware } from '../middleware.js';

export interface RequestIdOptions {
  /** Makes an id for a request that brings none. @default uuidv7 */
  readonly generate?: () => string;
}

// What is safe to repeat in a header, a log line and a file name.
const acceptable = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Gives every request an id: the client's X-Request-Id if it is harmless (`^[A-Za-z0-9._-]{1,64}$`), else a new one. It is
 * in every answer's X-Request-Id, in error bodies, in the request context and so in every log line.
 */
export function requestId({ generate = uuidv7 }: RequestIdOptions = {}): Middleware {
  return {
    name: 'request-id',
    request(exchange) {
      const given = exchange.header('x-request-id');
      exchange.requestId = given !== undefined && acceptable.test(given) ? given : generate();
      exchange.headers.push('X-Request-Id', exchange.requestId);
    },
  };
}
