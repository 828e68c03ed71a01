export { compileChain, unchanged, type ChainStep, type CompileChainOptions, type VersionChain } from './chain.js';
export {
  ApiVersionChainFailed,
  ApiVersionConflict,
  ApiVersionGone,
  ApiVersionNotFound,
  ApiVersionRequired,
  ApiVersionUnsupported,
  versionErrorStatus,
  type NamedVersion,
  type UnsupportedVersionDetails,
  type VersioningErrorCode,
} from './errors.js';
export { type ResolvedLifecycle, type VersionLifecycle } from './lifecycle.js';
export { servedBy, type VersionSpan } from './served-by.js';
export {
  headerVersion,
  mediaTypeVersion,
  pathVersion,
  queryVersion,
  type PathVersionOptions,
  type VersionNames,
  type VersionRequest,
  type VersionStrategy,
} from './strategies.js';
export { versionUsage, type VersionUsage, type VersionUsageOptions } from './usage.js';
export { versionSet, type ApiVersion, type NegotiatedVersion, type VersionSet, type VersionSetOptions } from './versions.js';
