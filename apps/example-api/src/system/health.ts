import { plainRoute, textAnswer, type Answer, type PlainRoute } from '@org/enterprise-http';
import { toMilliseconds, type HealthCheck } from '@org/enterprise-kernel';

const answer = (healthy: boolean): Answer =>
  textAnswer(healthy ? 200 : 503, 'application/health+json', JSON.stringify({ status: healthy ? 'pass' : 'fail' }), ['Cache-Control', 'no-store']);

/**
 * Live: the process answers at all. Startup: it has finished starting (nothing listens before that). Ready: it may get
 * requests, which ends as soon as a stop begins. None of them says more than a status: the details are the operators'.
 */
export function healthRoutes(readiness: readonly HealthCheck[]): readonly PlainRoute[] {
  const probe = (name: string, check: () => Promise<unknown>): PlainRoute => plainRoute({
    method: 'GET', path: `/health/${name}`, access: 'public', rate: 0,
    handle: () => check().then(() => answer(true), () => answer(false)),
  });
  const alive = async (): Promise<void> => {};
  const ready = (): Promise<unknown> => Promise.all(readiness.map((part) => part.check(AbortSignal.timeout(toMilliseconds(part.timeout ?? { seconds: 1 })))));
  return [probe('live', alive), probe('startup', alive), probe('ready', ready)];
}
