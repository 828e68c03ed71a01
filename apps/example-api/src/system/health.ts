import { plainRoute, textAnswer, type PlainRoute } from '@org/enterprise-http';
import { isAppError, toMilliseconds, token, type HealthCheck } from '@org/enterprise-kernel';

/** Everything that has to be well. */
export const Health = token<readonly HealthCheck[]>('server.Health');

type Status = 'pass' | 'warn' | 'fail';

/** What `application/health+json` says of one part. @see https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check */
interface PartHealth {
  readonly status: Status;
  /** When it was asked, RFC 3339. */
  readonly time: string;
  /** Why it is not well. */
  readonly output?: string;
  readonly [detail: string]: string | number | boolean | undefined;
}

export interface HealthReport {
  /** `warn` where only parts fail that the service can do without. */
  readonly status: Status;
  readonly checks: Readonly<Record<string, readonly [PartHealth]>>;
}

/** Asks every part at once, each within its time. */
export async function healthOf(checks: readonly HealthCheck[]): Promise<HealthReport> {
  const parts = await Promise.all(checks.map(async (check) => [check.name, await ask(check)] as const));
  const statuses = parts.map(([, { status }]) => status);
  return {
    status: statuses.includes('fail') ? 'fail' : statuses.includes('warn') ? 'warn' : 'pass',
    checks: Object.fromEntries(parts.map(([name, part]) => [name, [part]])),
  };
}

async function ask({ check, critical = true, timeout = { seconds: 1 } }: HealthCheck): Promise<PartHealth> {
  const time = new Date().toISOString();
  const signal = AbortSignal.timeout(toMilliseconds(timeout));
  // A check that does not listen to its signal keeps nobody waiting.
  const late = new Promise<never>((_, reject) => { signal.addEventListener('abort', () => reject(new Error('It did not answer in time.'))); });
  try {
    return { ...await Promise.race([check(signal), late]), status: 'pass', time };
  } catch (error) {
    return { status: critical ? 'fail' : 'warn', time, output: isAppError(error) ? `${error.code}: ${error.message}` : error instanceof Error ? error.message : 'It failed.' };
  }
}

export interface HealthRoutesOptions {
  /** Whether answers name the parts, which are the operators' to know. */
  readonly details: boolean;
}

/**
 * Live: the process answers at all. Startup: it has finished starting (nothing listens before that). Ready: it may get
 * requests, which ends as soon as a stop begins.
 */
export function healthRoutes(parts: readonly HealthCheck[], { details }: HealthRoutesOptions): readonly PlainRoute[] {
  const probe = (name: string, checks: readonly HealthCheck[]): PlainRoute => plainRoute({
    method: 'GET', path: `/health/${name}`, access: 'public', rate: 0,
    async handle() {
      const { status, ...rest } = await healthOf(checks);
      const shown = details ? { status, ...rest } : { status: status === 'fail' ? status : 'pass' };
      return textAnswer(status === 'fail' ? 503 : 200, 'application/health+json', JSON.stringify(shown), ['Cache-Control', 'no-store']);
    },
  });
  return [probe('live', []), probe('startup', []), probe('ready', parts)];
}
