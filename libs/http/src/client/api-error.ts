import type { Duration, ErrorClass } from '@org/enterprise-kernel';
import type { Fault } from '../errors.js';

export interface ApiErrorFields<Code extends string = string, Details = unknown> {
  /** `<contract>.<route>` */
  readonly operation: string;
  readonly status: number;
  readonly code: Code;
  readonly message: string;
  /** Names the request in the server's logs. */
  readonly requestId: string | undefined;
  /** As the server's error class declares them; see {@link hasCode}. */
  readonly details: Details;
  /** What is wrong with the request, for VALIDATION_FAILED; otherwise empty. */
  readonly faults: readonly Fault[];
  /** How long the server asks to wait. */
  readonly retryAfter: Duration | undefined;
}

const marker = Symbol.for('org.enterprise.http.api_error');

/**
 * What the API answered instead of data.
 *
 * It is deliberately no `AppError`: thrown on by a handler it becomes a 500, as another service's 404 or 401 says nothing
 * about the request that this one is answering. Translate what you expect with {@link hasCode}.
 */
export class ApiError<Code extends string = string, Details = unknown> extends Error implements ApiErrorFields<Code, Details> {
  declare readonly operation: string;
  declare readonly status: number;
  declare readonly code: Code;
  declare readonly requestId: string | undefined;
  declare readonly details: Details;
  declare readonly faults: readonly Fault[];
  declare readonly retryAfter: Duration | undefined;

  constructor({ message, ...fields }: ApiErrorFields<Code, Details>) {
    super(message);
    Object.assign(this, fields);
  }
}
Object.defineProperties(ApiError.prototype, { name: { value: 'ApiError' }, [marker]: { value: true } });

/** Tells whether a value is an {@link ApiError}, from whichever copy of this library. */
export const isApiError = (value: unknown): value is ApiError => typeof value === 'object' && value !== null && marker in value;

/**
 * Tells whether the API answered with this declared error, and types its details:
 * `if (hasCode(error, OutOfStock)) retryWithout(error.details.product_ids)`.
 */
export const hasCode = <Code extends string, Details>(error: unknown, declared: ErrorClass<Code, any, Details>): error is ApiError<Code, Details> =>
  isApiError(error) && error.code === declared.code;
