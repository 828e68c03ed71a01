import type { ErrorRequestHandler } from 'express';
import { isAppError } from '@org/enterprise-kernel';
import { versionErrorStatus } from '../errors.js';

/**
 * Answers refusals of this library as `{ code, message, data: null, details }` with their status, for an application that has no
 * error handler of its own. Every other error, and every fault of the program, goes on to the next handler.
 */
export function versionErrors(): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    const status = versionErrorStatus(error);
    if (status === undefined || status >= 500 || response.headersSent || !isAppError(error)) {
      next(error);
      return;
    }
    response.status(status).json({ code: error.code, message: error.message, data: null, details: error.details });
  };
}
