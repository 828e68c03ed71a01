import type { AppError, ErrorKind } from '@org/enterprise-kernel';
import { versionErrorStatus } from '@org/enterprise-versioning';

const byKind: Record<ErrorKind, number> = {
  invalid: 400, unauthenticated: 401, forbidden: 403, missing: 404, conflict: 409, stale: 412,
  rejected: 422, limited: 429, internal: 500, unavailable: 503, timeout: 504,
};

/** Statuses that no domain kind has: the protocol's own. */
const byCode: Readonly<Record<string, number>> = {
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  BODY_TIMEOUT: 408,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  PRECONDITION_REQUIRED: 428,
};

/** The one place that maps an error to a status. */
export const statusOf = (error: Pick<AppError, 'code' | 'kind'>): number =>
  byCode[error.code] ?? versionErrorStatus(error) ?? byKind[error.kind];
