import { faultOfAccess, watched, type Access } from './access.js';
import type { Endpoint } from './endpoint.js';
import type { Exchange } from './exchange.js';
import type { Answer } from './http-request.js';

/** An address outside of the contracts and their versions: health, metrics, documents. */
export interface PlainRoute {
  readonly method: 'GET' | 'POST';
  /** Whole path, without parameters: `/health/live`. */
  readonly path: `/${string}`;
  readonly access: Access;
  /** Requests within the rate limiter's window; 0 is exempt. @default the common limit */
  readonly rate?: number;
  handle(exchange: Exchange): Answer | Promise<Answer>;
}

/** Declares an address that answers for itself. */
export const plainRoute = (declaration: PlainRoute): PlainRoute => declaration;

/** @throws TypeError for a route that does not say who has access */
export function plainEndpoint({ method, path, access, rate, handle }: PlainRoute): Endpoint {
  const fault = faultOfAccess(access);
  if (fault !== undefined) throw new TypeError(`The plain route ${method} ${path} ${fault}`);
  return { label: `${method} ${path}`, access, rate, run: watched(access, handle) };
}
