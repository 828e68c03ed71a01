import type { Duration } from '@org/enterprise-kernel';
import type { Fault } from '../errors.js';
import { ApiError } from './api-error.js';
import { ApiAnswerInvalid, ApiUnreachable } from './client.errors.js';
import type { ResponseInfo } from './types.js';

/** The API's own error answer: the envelope, or problem details (RFC 9457) with its extensions. */
interface ErrorBody {
  readonly code: string;
  readonly message?: string;
  readonly title?: string;
  readonly request_id?: string;
  readonly details?: unknown;
  readonly errors?: readonly Fault[];
}

/** Makes the error of an answer: the API's own, or what it means that something in between has answered. */
export function errorOf(text: string, { status, headers, requestId }: ResponseInfo, { operation, now }: { operation: string; now: number }): Error {
  const retryAfter = retryAfterOf(headers.get('retry-after'), now);
  const body = errorBody(text);
  if (body) {
    const faults = Array.isArray(body.errors) ? body.errors : [];
    return new ApiError({
      operation, status, code: body.code, message: body.message ?? body.title ?? body.code,
      requestId: body.request_id ?? requestId, details: body.errors ? { faults } : body.details, faults, retryAfter,
    });
  }
  const cause = new Error(`The answer begins with: ${text.slice(0, 200)}`);
  if (status < 502 || status > 504) return new ApiAnswerInvalid({ operation, status, reason: 'is an error that is not of this API' }, { cause });
  return new ApiUnreachable({ operation, status, ...(retryAfter && { retry_after_seconds: Math.ceil(retryAfter.seconds) }) }, { cause });
}

function errorBody(text: string): ErrorBody | undefined {
  try {
    const body = JSON.parse(text) as Partial<ErrorBody> | null;
    return typeof body?.code === 'string' ? (body as ErrorBody) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads Retry-After (RFC 9110 section 10.2.3): seconds, or a date. */
export function retryAfterOf(header: string | null, now: number): (Duration & { readonly seconds: number }) | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isFinite(seconds) ? { seconds: Math.max(0, seconds) } : undefined;
}
