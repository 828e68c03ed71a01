import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import type { Dispatcher } from '../dispatcher.js';
import { ServerResponse } from '../node-http.js';
import { ExpressRequest } from './express-request.js';
import { mergeHead } from './merge-head.js';
import { originForm } from './request-target.js';
import { sendAnswer } from './send-answer.js';
import { httpServer, type HostServerOptions, type NodeServer } from './server.js';

export { contextMiddleware } from './express-context.js';

export interface ExpressContractsOptions {
  /**
   * What becomes of a request that is not for an address of the dispatcher: `next` passes it on to the app, `answer` refuses it
   * with 404 in the envelope. @default next
   */
  readonly unmatched?: 'next' | 'answer';
}

/**
 * Serves a dispatcher inside an Express 5 app.
 *
 * Middleware in front of it works as ever: headers that it has set stay, a body that it has parsed is used, and
 * `request.ip` with Express's `trust proxy` is the client's address. Routes are matched by `request.originalUrl`, so
 * mounting it under a path narrows what reaches it and does not move any address.
 */
export function expressContracts(dispatcher: Dispatcher, { unmatched = 'next' }: ExpressContractsOptions = {}): RequestHandler {
  const take = (request: ExpressRequest) => (unmatched === 'next' ? dispatcher.offer(request) : dispatcher.handle(request));
  return (request: Request, response: Response, next) => {
    const answer = take(new ExpressRequest(request, response, originForm(request.originalUrl)));
    if (!answer) return next();
    void answer.then((ready) => {
      const untouched = response.writeHead === ServerResponse.prototype.writeHead && response.getHeaderNames().length === 0;
      sendAnswer(request, response, ready, untouched ? undefined : mergeHead);
    });
  };
}

export interface ExpressServerOptions extends HostServerOptions {
  /** Your own app; the dispatcher answers what its middleware and routes leave over. @default one without anything */
  readonly app?: Express;
}

/** Serves a dispatcher through Express, with an app's middleware in front; starts and stops as `nodeServer` does. */
export function expressServer(dispatcher: Dispatcher, { app = plainApp(), ...options }: ExpressServerOptions = {}): NodeServer {
  app.use(expressContracts(dispatcher, { unmatched: 'answer' }));
  return httpServer(app, options);
}

const plainApp = (): Express => express().disable('x-powered-by');
