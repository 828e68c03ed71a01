import type { AppError, Caller, ErrorKind } from '@org/enterprise-kernel';

/** What a guard needs of an authenticator; the root's, and that of `@org/enterprise-http`. */
export interface GuardAuthenticator<Request> {
  authenticate(request: Request): Caller | undefined | Promise<Caller | undefined>;
  readonly challenge?: Challenge;
}

/** What WWW-Authenticate says, or how to find out for an error. */
export type Challenge = string | ((error: AppError) => string);

/** As `@org/enterprise-http` answers them. */
const statuses: Readonly<Record<ErrorKind, number>> = {
  invalid: 400, unauthenticated: 401, forbidden: 403, missing: 404, conflict: 409, stale: 412, rejected: 422, limited: 429, internal: 500, unavailable: 503, timeout: 504,
};

export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Turns an error that a caller may see into an answer, in the envelope that `@org/enterprise-http` uses too. */
export function refusalOf(error: AppError, requestId: string | undefined, challenge: Challenge = 'Bearer'): Refusal {
  const { kind, code, message, details } = error;
  return {
    status: statuses[kind],
    headers: { 'Cache-Control': 'no-store', ...(kind === 'unauthenticated' && { 'WWW-Authenticate': typeof challenge === 'string' ? challenge : challenge(error) }) },
    body: { code, message, data: null, ...(requestId !== undefined && { request_id: requestId }), ...(details !== undefined && { details }) },
  };
}
