import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { AppError } from '@org/enterprise-kernel';
import { bareAnswer, bareBytes } from './bare-answer.js';
import { isUnfinished, type Connections } from './connections.js';
import { HeadersTooLarge, MalformedRequest, RequestTimeout, TunnelRefused } from './host.errors.js';
import { BodyTimeout } from '../errors.js';
import { failBody } from './node-request.js';

const lingerMilliseconds = 1_000;

/** Answers what never becomes a request: broken HTTP, headers that are too long or too slow, tunnels. */
export function answerClientErrors(server: Server, connections: Connections): void {
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket;
    const { code = '' } = error;
    // After our own answer the parser reports every further chunk again.
    if (socket.writableEnded) return;
    if (!socket.writable || code === 'ECONNRESET') return void socket.destroy();
    const response = connections.get(socket);
    if (isUnfinished(response)) {
      response.shouldKeepAlive = false;
      if (response.req.complete) return; // a later request on this connection is at fault; this one gets its answer
      if (failBody(response.req, code === timeout ? new BodyTimeout() : new MalformedRequest())) return;
      if (response.headersSent) return void socket.destroy();
    }
    if (code === timeout) refuse(socket, new RequestTimeout(), 408);
    else if (code === 'HPE_HEADER_OVERFLOW') refuse(socket, new HeadersTooLarge(), 431);
    else refuse(socket, new MalformedRequest(), 400);
  });
  server.on('connect', (_request, socket) => refuse(socket as Socket, new TunnelRefused(), 501));
}

const timeout = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Sends the answer, then closes; what still arrives is read off, as unread bytes would reset the connection under the answer. */
function refuse(socket: Socket, error: AppError, status: number): void {
  socket.on('error', () => {});
  socket.end(bareBytes(bareAnswer(error, status)));
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), lingerMilliseconds);
  socket.once('close', () => clearTimeout(timer));
}
