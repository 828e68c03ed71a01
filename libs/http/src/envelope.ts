import type { AppError } from '@org/enterprise-kernel';
import type { Exchange } from './exchange.js';
import type { Fault } from './errors.js';
import { headerOf, type Answer } from './http-request.js';
import { statusOf } from './status.js';

export const jsonType = 'application/json; charset=utf-8';

/** Writes `data`, filtered already, in the envelope. In one go: a string put together would have to be flattened to be sent. */
export const envelope = (data: unknown, message = 'OK'): string => JSON.stringify({ code: 'OK', message, data });

/** Makes an answer with its Content-Length. */
export function textAnswer(status: number, type: string, body: string, headers: string[] = []): Answer {
  headers.push('Content-Type', type, 'Content-Length', String(Buffer.byteLength(body)));
  return { status, headers, body };
}

export interface ErrorBodyOptions {
  /** Address of the pages about error codes, for the `type` of problem details. @default about:blank */
  readonly errorPages?: string | undefined;
}

/** Turns an error that may be shown into its answer: the envelope, or RFC 9457 problem details where those are asked for. */
export function errorAnswer(exchange: Exchange, error: AppError, { errorPages }: ErrorBodyOptions = {}): Answer {
  const status = statusOf(error);
  const { code, message } = error;
  const details = error.details as Record<string, unknown> | undefined;
  const faults = code === 'VALIDATION_FAILED' ? (details as unknown as { faults: readonly Fault[] }).faults : undefined;
  const shown = faults ? { errors: faults } : details === undefined ? {} : { details };
  const headers = errorHeaders(code, details);
  if (wantsProblem(headerOf(exchange.request, 'accept'))) {
    const type = errorPages === undefined ? 'about:blank' : `${errorPages}${code}`;
    return textAnswer(status, 'application/problem+json', JSON.stringify({ type, title: error.message, status, code, request_id: exchange.requestId, ...shown }), headers);
  }
  return textAnswer(status, jsonType, JSON.stringify({ code, message, data: null, request_id: exchange.requestId, ...shown }), headers);
}

function errorHeaders(code: string, details: Record<string, unknown> | undefined): string[] {
  if (code === 'METHOD_NOT_ALLOWED') return ['Allow', (details?.['allow'] as string[]).join(', ')];
  if (typeof details?.['retry_after_seconds'] === 'number') return ['Retry-After', String(details['retry_after_seconds'])];
  // The rest of the body is not going to be read, so the connection cannot be used again.
  if (code === 'PAYLOAD_TOO_LARGE' || code === 'BODY_TIMEOUT') return ['Connection', 'close'];
  return [];
}

const wantsProblem = (accept: string | undefined): boolean => accept !== undefined && accept.includes('application/problem+json');
