import { defineError, isAppError } from '@org/enterprise-kernel';
import { details } from './details.js';

/** A version and the place of the request that named it, such as `path` or `header X-API-Version`. */
export interface NamedVersion {
  readonly source: string;
  readonly version: string;
}

export interface UnsupportedVersionDetails {
  /** What the request asked for. */
  readonly requested: string;
  /** Where it asked for it. */
  readonly source: string;
  /** The versions that there are, oldest first. */
  readonly supported: readonly string[];
}

const unsupported = details<UnsupportedVersionDetails>({ requested: true, source: true, supported: true });

/** Two places of one request name different versions. */
export const ApiVersionConflict = defineError('API_VERSION_CONFLICT', {
  kind: 'invalid',
  title: 'The request names more than one API version.',
  details: details<{ readonly named: readonly NamedVersion[] }>({ named: true }),
});

/** A header, media type or query parameter names a version that does not exist; the request is wrong. */
export const ApiVersionUnsupported = defineError('API_VERSION_UNSUPPORTED', {
  kind: 'invalid',
  title: 'There is no such API version.',
  details: unsupported,
});

/** The path names a version that does not exist, so there is nothing at that address. Same code as {@link ApiVersionUnsupported}, other kind. */
export const ApiVersionNotFound = defineError('API_VERSION_UNSUPPORTED', {
  kind: 'missing',
  title: 'There is no such API version.',
  details: unsupported,
});

/** The request names no version and the set has no default. */
export const ApiVersionRequired = defineError('API_VERSION_REQUIRED', {
  kind: 'invalid',
  title: 'The request must name an API version.',
  details: details<{ readonly supported: readonly string[] }>({ supported: true }),
});

/** The version is past its sunset and no longer served: status 410, see {@link versionErrorStatus}. */
export const ApiVersionGone = defineError('API_VERSION_GONE', {
  kind: 'missing',
  title: 'This API version is no longer served.',
  details: details<{
    readonly version: string;
    /** ISO 8601, UTC. */
    readonly sunset: string;
    /** The versions that are still served, oldest first. */
    readonly supported: readonly string[];
    /** A page for people. */
    readonly info?: string;
  }>({ version: true, sunset: true, supported: true, info: false }),
});

/** A step between two versions threw; the cause is attached. A fault of the program, never of its caller. */
export const ApiVersionChainFailed = defineError('API_VERSION_CHAIN_FAILED', {
  kind: 'internal',
  title: 'A value could not be converted between API versions.',
  details: details<{
    readonly subject: string;
    /** The version that the value was in. */
    readonly from: string;
    /** The version that it was to be converted to. */
    readonly to: string;
    readonly direction: 'up' | 'down';
  }>({ subject: true, from: true, to: true, direction: true }),
});

export type VersioningErrorCode =
  | 'API_VERSION_CONFLICT'
  | 'API_VERSION_UNSUPPORTED'
  | 'API_VERSION_REQUIRED'
  | 'API_VERSION_GONE'
  | 'API_VERSION_CHAIN_FAILED';

const protocol: { readonly [Code in VersioningErrorCode]: (kind: string) => number } = {
  API_VERSION_CONFLICT: () => 400,
  API_VERSION_UNSUPPORTED: (kind) => (kind === 'missing' ? 404 : 400),
  API_VERSION_REQUIRED: () => 400,
  API_VERSION_GONE: () => 410,
  API_VERSION_CHAIN_FAILED: () => 500,
};

/** Returns the HTTP status of an error of this library, or undefined for any other value. 410 has no kernel kind, so it is said here. */
export function versionErrorStatus(error: unknown): number | undefined {
  if (!isAppError(error) || !Object.hasOwn(protocol, error.code)) return undefined;
  return protocol[error.code as VersioningErrorCode](error.kind);
}
