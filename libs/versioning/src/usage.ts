import type { Meter } from '@org/enterprise-kernel';

export interface VersionUsageOptions {
  readonly meter: Meter;
  /** How many clients are told apart; later ones are counted together as `other`. @default 100 */
  readonly maxClients?: number;
}

/** Counts who still calls what: `api_version_requests_total{version, route, client}`. */
export interface VersionUsage {
  /**
   * Counts one request.
   * @param route the pattern (`GET /users/{id}`), never the path: every route is a time series
   * @param client an authenticated identity such as a key's name; undefined counts as `anonymous`
   */
  record(version: { readonly name: string }, route: string, client?: string): void;
}

/** Makes a counter of requests by version, route and client, with a bounded number of clients. */
export function versionUsage({ meter, maxClients = 100 }: VersionUsageOptions): VersionUsage {
  if (!Number.isInteger(maxClients) || maxClients < 0) throw new TypeError(`maxClients must be a whole number of at least 0, not ${maxClients}.`);
  const counter = meter.counter({
    name: 'api_version_requests_total',
    help: 'Requests by API version, route and client.',
    labels: ['version', 'route', 'client'],
  });
  const clients = new Set<string>();
  const bounded = (client: string | undefined): string => {
    if (client === undefined) return 'anonymous';
    if (clients.has(client)) return client;
    if (clients.size >= maxClients) return 'other';
    clients.add(client);
    return client;
  };
  return { record: ({ name }, route, client) => counter.add(1, { version: name, route, client: bounded(client) }) };
}
