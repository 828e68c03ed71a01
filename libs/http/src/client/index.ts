export { ApiError, hasCode, isApiError, type ApiErrorFields } from './api-error.js';
export { ApiAnswerInvalid, ApiTimeout, ApiUnreachable, type ClientErrorCode } from './client.errors.js';
export { createClient } from './client.js';
export type { EventStream } from './event-stream.js';
export type { ClientOptions, HeaderFields } from './options.js';
export type { ReceivedFile } from './received-file.js';
export type { Backoff } from './retry.js';
export type { ApiResponse, CallData, CallInput, CallOptions, Client, NotModified, ResponseInfo, RouteCall, RouteTree } from './types.js';
