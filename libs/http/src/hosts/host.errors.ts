import { defineError } from '@org/enterprise-kernel';
import { z } from 'zod';

/** A server could not start to listen; `reason` is the system's code, such as `EADDRINUSE`. */
export const ListenFailed = defineError('LISTEN_FAILED', {
  kind: 'unavailable', title: 'The server cannot listen at this address.',
  details: z.object({ host: z.string(), port: z.number(), reason: z.string() }),
});
export const MalformedRequest = defineError('MALFORMED_REQUEST', { kind: 'invalid', title: 'This is not a well-formed HTTP request.' });
export const RequestTimeout = defineError('REQUEST_TIMEOUT', { kind: 'invalid', title: 'The request did not arrive in time.' });
export const HeadersTooLarge = defineError('HEADERS_TOO_LARGE', { kind: 'invalid', title: 'The request line and headers are too large.' });
export const TunnelRefused = defineError('TUNNEL_REFUSED', { kind: 'invalid', title: 'This server is not a proxy and opens no tunnels.' });

export type HostErrorCode = 'LISTEN_FAILED' | 'MALFORMED_REQUEST' | 'REQUEST_TIMEOUT' | 'HEADERS_TOO_LARGE' | 'TUNNEL_REFUSED';
