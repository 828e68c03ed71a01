import { isAppError, type LogFields, type Logger } from '@org/enterprise-kernel';
import type { Exchange } from '../exchange.js';
import type { Answer } from '../http-request.js';
import type { Middleware } from '../middleware.js';
import { CountedBody } from './counted-body.js';

export type AccessLogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface AccessLogOptions {
  readonly logger: Logger;
  /**
   * Level of a line.
   * @default info; warn for 5xx, whose cause the dispatcher has logged as an error already
   */
  readonly level?: (status: number, exchange: Exchange) => AccessLogLevel;
  /** Leaves a request out, a health probe for instance. @default none */
  readonly skip?: (exchange: Exchange, answer: Answer) => boolean;
}

const usualLevel = (status: number): AccessLogLevel => (status >= 500 ? 'warn' : 'info');

/**
 * Writes one line a request, after its answer. Headers, bodies and the query are never written: they carry tokens and
 * personal data.
 */
export function accessLog({ logger, level = usualLevel, skip }: AccessLogOptions): Middleware {
  const streams = new WeakMap<Answer, CountedBody>();
  return {
    name: 'access-log',
    answer(_exchange, answer) {
      const { body } = answer;
      if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return;
      const counted = new CountedBody(body);
      answer.body = counted;
      streams.set(answer, counted);
    },
    done(exchange, answer) {
      if (skip?.(exchange, answer)) return;
      const stream = streams.get(answer);
      logger[level(answer.status, exchange)]('Request answered.', fieldsOf(exchange, answer, stream));
    },
  };
}

function fieldsOf(exchange: Exchange, answer: Answer, stream: CountedBody | undefined): LogFields {
  const { request, caller, error, endpoint } = exchange;
  const fields: Record<string, unknown> = {
    method: request.method,
    route: endpoint?.label ?? 'unmatched',
    path: exchange.path,
    status: answer.status,
    duration_ms: Math.round((performance.now() - exchange.startedAt) * 100) / 100,
    bytes: request.method === 'HEAD' ? 0 : stream ? stream.bytes : lengthOf(answer.body),
    request_id: exchange.requestId,
    caller: caller.id,
    remote_address: exchange.remoteAddress,
  };
  if (exchange.version) fields['version'] = exchange.version.name;
  if (isAppError(error)) fields['error_code'] = error.code;
  if (stream && !stream.complete && request.method !== 'HEAD') fields['aborted'] = true;
  return fields;
}

const lengthOf = (body: Answer['body']): number =>
  typeof body === 'string' ? Buffer.byteLength(body) : body instanceof Uint8Array ? body.length : 0;
