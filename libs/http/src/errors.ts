import { defineError } from '@org/enterprise-kernel';
import { z } from 'zod';

/** One thing wrong with a request. */
export interface Fault {
  /** Where in its part, with dots: `items.0.quantity`; empty for the part as a whole. */
  readonly path: string;
  readonly message: string;
  readonly in: 'params' | 'query' | 'headers' | 'body';
}

const none = { details: z.undefined() };

export const ValidationFailed = defineError('VALIDATION_FAILED', {
  kind: 'invalid',
  title: 'The request does not fit the contract; see `errors`.',
  details: z.object({ faults: z.array(z.custom<Fault>()) }),
});
export const RouteNotFound = defineError('ROUTE_NOT_FOUND', { kind: 'missing', title: 'There is nothing at this address.', ...none });
export const MethodNotAllowed = defineError('METHOD_NOT_ALLOWED', {
  kind: 'invalid', title: 'This address does not have this method; see `Allow`.', details: z.object({ allow: z.array(z.string()) }),
});
export const NotAcceptable = defineError('NOT_ACCEPTABLE', {
  kind: 'invalid', title: 'The answer is not available in any accepted media type.', details: z.object({ available: z.array(z.string()) }),
});
export const BodyTimeout = defineError('BODY_TIMEOUT', { kind: 'invalid', title: 'The request body did not arrive in time.', ...none });
export const PreconditionFailed = defineError('PRECONDITION_FAILED', {
  kind: 'stale', title: 'The thing has changed since it was read; read it again.', ...none,
});
export const PayloadTooLarge = defineError('PAYLOAD_TOO_LARGE', {
  kind: 'invalid', title: 'The request body is too large.', details: z.object({ limit: z.int() }),
});
export const UnsupportedMediaType = defineError('UNSUPPORTED_MEDIA_TYPE', {
  kind: 'invalid', title: 'The request body has a content type that this address does not take.', details: z.object({ supported: z.array(z.string()) }),
});
export const PreconditionRequired = defineError('PRECONDITION_REQUIRED', {
  kind: 'invalid', title: 'This needs If-Match with the ETag of what was read.', ...none,
});
export const RateLimited = defineError('RATE_LIMITED', {
  kind: 'limited', title: 'Too many requests; wait as long as Retry-After says.', details: z.object({ retry_after_seconds: z.int() }),
});
export const HandlerTimeout = defineError('HANDLER_TIMEOUT', { kind: 'timeout', title: 'The answer took too long.', ...none });
export const InternalError = defineError('INTERNAL_ERROR', { kind: 'internal', title: 'Something went wrong on our side.', ...none });

export type HttpErrorCode =
  | 'VALIDATION_FAILED' | 'ROUTE_NOT_FOUND' | 'METHOD_NOT_ALLOWED' | 'NOT_ACCEPTABLE'
  | 'BODY_TIMEOUT' | 'PRECONDITION_FAILED' | 'PAYLOAD_TOO_LARGE' | 'UNSUPPORTED_MEDIA_TYPE' | 'PRECONDITION_REQUIRED'
  | 'RATE_LIMITED' | 'HANDLER_TIMEOUT' | 'INTERNAL_ERROR';
