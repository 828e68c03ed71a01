import type { Logger } from '@org/enterprise-kernel';
import { overStream } from './body-stream.js';
import type { Exchange } from './exchange.js';
import type { Answer } from './http-request.js';
import { isPromise } from './is-promise.js';
import type { Middleware } from './middleware.js';

type StreamedBody = AsyncIterable<Uint8Array | string>;

/** The hooks of all middleware, in the order they run. */
export interface Hooks {
  readonly request: readonly NonNullable<Middleware['request']>[];
  readonly caller: readonly NonNullable<Middleware['caller']>[];
  /** Runs every `answer` hook, the last middleware's first. */
  answer(exchange: Exchange, answer: Answer): Answer | Promise<Answer>;
  /** Runs every `done` hook: now, or at the end of a stream. */
  done(exchange: Exchange, answer: Answer): void;
}

/** Sorts the hooks of middleware once, so that a request only runs those that there are. */
export function compileHooks(middleware: readonly Middleware[], logger: Logger): Hooks {
  const all = <K extends 'request' | 'caller' | 'answer' | 'done'>(hook: K): NonNullable<Middleware[K]>[] =>
    middleware.flatMap((m) => (m[hook] ? [m[hook].bind(m) as NonNullable<Middleware[K]>] : []));
  const onAnswer = all('answer').reverse();
  const onDone = all('done');

  /** Nobody waits for these, so nobody else would see them fail. */
  const runDone = (exchange: Exchange, answer: Answer): void => {
    for (const hook of onDone) {
      try {
        hook(exchange, answer);
      } catch (error) {
        logger.error('A middleware failed after an answer.', { route: exchange.route, request_id: exchange.requestId, error });
      }
    }
  };
  const brokenOff = (exchange: Exchange, error: unknown): void => {
    exchange.error = error;
    logger.error('A streamed answer broke off.', { route: exchange.route, request_id: exchange.requestId, error });
  };

  return {
    request: all('request'),
    caller: all('caller'),
    answer(exchange, answer) {
      for (let i = 0; i < onAnswer.length; i++) {
        const replaced = onAnswer[i]!(exchange, answer);
        if (isPromise(replaced)) return replaced.then((late) => later(exchange, late ?? answer, onAnswer.slice(i + 1)));
        if (replaced) answer = replaced;
      }
      return answer;
    },
    done(exchange, answer) {
      const { body } = answer;
      if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return runDone(exchange, answer);
      const ended = (): void => runDone(exchange, answer);
      answer.body = overStream(body, watched(body, ended, (error) => brokenOff(exchange, error)), ended);
    },
  };
}

async function later(exchange: Exchange, answer: Answer, rest: readonly NonNullable<Middleware['answer']>[]): Promise<Answer> {
  for (const hook of rest) answer = (await hook(exchange, answer)) ?? answer;
  return answer;
}

async function* watched(source: StreamedBody, ended: () => void, failed: (error: unknown) => void): AsyncGenerator<Uint8Array | string> {
  try {
    yield* source;
  } catch (error) {
    failed(error);
    throw error;
  } finally {
    ended();
  }
}
