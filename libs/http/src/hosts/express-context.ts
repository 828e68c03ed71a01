import type { RequestHandler } from 'express';
import { bindEmitter, parseTraceparent, runInContext, uuidv7 } from '@org/enterprise-kernel';
import { headerOf } from '../http-request.js';

const safeId = /^[\w.-]{1,64}$/;

/**
 * Gives an Express app's own routes a request context (`currentContext()`), which lasts through body parsers too.
 *
 * A well-formed `X-Request-Id` is kept, any other is replaced, so that code after this middleware, the dispatcher's too, sees one id.
 */
export function contextMiddleware(): RequestHandler {
  return (request, response, next) => {
    const given = headerOf(request, 'x-request-id');
    const requestId = given !== undefined && safeId.test(given) ? given : uuidv7();
    request.headers['x-request-id'] = requestId;
    const trace = parseTraceparent(headerOf(request, 'traceparent'), headerOf(request, 'tracestate'));
    let controller: AbortController | undefined;
    const signal = (): AbortSignal => {
      if (!controller) {
        const made = (controller = new AbortController());
        const leave = (): void => { if (!response.writableFinished) made.abort(new DOMException('The client has gone.', 'AbortError')); };
        if (response.closed) leave();
        else response.once('close', leave);
      }
      return controller.signal;
    };
    bindEmitter(request);
    bindEmitter(response);
    runInContext({ requestId, ...(trace && { trace }), get signal() { return signal(); } }, next);
  };
}
