import { isAppError, type AppError, type Logger } from '@org/enterprise-kernel';
import type { Authenticator } from './access.js';
import { errorAnswer } from './envelope.js';
import { InternalError } from './errors.js';
import type { Exchange } from './exchange.js';
import type { Answer } from './http-request.js';
import type { CompiledRoutes } from './routes.js';
import { statusOf } from './status.js';

export interface FailureOptions {
  readonly logger: Logger;
  readonly authenticator: Authenticator;
  readonly errorPages: string | undefined;
  readonly isUndeclared: CompiledRoutes['isUndeclared'];
  /** Makes an undeclared error an internal one, and names faults of the program that a developer has to see. */
  readonly strict: boolean;
}

/** Makes the function that turns whatever was thrown into an answer, and logs what is not the client's fault. */
export function failureAnswer({ logger, authenticator, errorPages, isUndeclared, strict }: FailureOptions): (exchange: Exchange, thrown: unknown) => Answer {
  /** What a client may see: a declared error as it is, anything else as an internal one. */
  function presentable(exchange: Exchange, thrown: unknown): AppError {
    const where = { route: exchange.route, request_id: exchange.requestId };
    if (!isAppError(thrown)) {
      logger.error('A request failed unexpectedly.', { ...where, error: thrown });
      return new InternalError();
    }
    if (exchange.inHandler && isUndeclared(exchange.endpoint, thrown)) {
      logger.warn('A handler threw an error that its contract does not declare.', { ...where, code: thrown.code });
      if (strict) return new InternalError();
    }
    if (statusOf(thrown) >= 500) logger.error('A request failed.', { ...where, error: thrown });
    // A developer needs the name of this fault; it is one of the program and says nothing of its data.
    return thrown.kind === 'internal' && !(strict && thrown.code === 'POLICY_NOT_CHECKED') ? new InternalError() : thrown;
  }

  return (exchange, thrown) => {
    exchange.error = thrown;
    const error = presentable(exchange, thrown);
    const answer = errorAnswer(exchange, error, { errorPages });
    if (answer.status === 401) {
      const { challenge = 'Bearer' } = authenticator;
      answer.headers.push('WWW-Authenticate', typeof challenge === 'string' ? challenge : challenge(error));
    }
    return answer;
  };
}
