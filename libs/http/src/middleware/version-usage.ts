import type { Caller } from '@org/enterprise-kernel';
import { versionUsage, type VersionUsageOptions } from '@org/enterprise-versioning';
import type { Middleware } from '../middleware.js';

export interface ApiVersionUsageOptions extends VersionUsageOptions {
  /** Names a caller in the metric; `undefined` is `anonymous`. @default services by their id, all users as `users` */
  readonly client?: (caller: Caller) => string | undefined;
}

const usualClient = ({ kind, id }: Caller): string | undefined => (kind === 'service' ? id : kind === 'user' ? 'users' : undefined);

/**
 * Counts who still calls which version of which contract route, so that it is known when an old one can go:
 * `api_version_requests_total{version, route, client}`.
 */
export function apiVersionUsage({ client = usualClient, ...options }: ApiVersionUsageOptions): Middleware {
  const usage = versionUsage(options);
  return {
    name: 'api-version-usage',
    done({ version, endpoint, caller }) {
      if (version && endpoint?.spec) usage.record(version, endpoint.label, client(caller));
    },
  };
}
