import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from '../dispatcher.js';
import { NodeRequest } from './node-request.js';
import { originForm } from './request-target.js';
import { sendAnswer } from './send-answer.js';
import { httpServer, type Listener, type NodeServer, type HostServerOptions } from './server.js';

export { ListenFailed, type HostErrorCode } from './host.errors.js';
export type { CloseOptions, CloseReport } from './drain.js';
export type { Listening, ListenOptions, NodeServer, ServerLimits } from './server.js';

export interface NodeServerOptions extends HostServerOptions {
  /**
   * Takes every request that is not for an address of the dispatcher: an Express app, say. Its middleware does **not** run in
   * front of the dispatcher's routes; where it must, use `expressServer`. @default such requests are answered by 404
   */
  readonly fallback?: (request: IncomingMessage, response: ServerResponse) => void;
}

/**
 * Serves a dispatcher straight on `node:http`.
 *
 * A client that sends `Expect: 100-continue` is told to go on only once its body is wanted, so that a refused upload is never sent.
 */
export function nodeServer(dispatcher: Dispatcher, options: NodeServerOptions = {}): NodeServer {
  const { fallback } = options;
  const serve = (continues: boolean): Listener => (message, response) => {
    const request = new NodeRequest(message, response, originForm(message.url!), continues);
    const answer = fallback ? dispatcher.offer(request) : dispatcher.handle(request);
    if (answer) {
      void answer.then((ready) => sendAnswer(message, response, ready));
      return;
    }
    if (continues) response.writeContinue();
    fallback!(message, response);
  };
  return httpServer(serve(false), { ...options, onContinue: serve(true), skipEmptyBodies: !fallback });
}
