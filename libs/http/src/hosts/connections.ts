import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The open connections of a server, each with its latest response. */
export type Connections = ReadonlyMap<Socket, ServerResponse | undefined>;

/** Follows a server's connections; the caller sets the response of each request. */
export function trackConnections(server: Server): Map<Socket, ServerResponse | undefined> {
  const connections = new Map<Socket, ServerResponse | undefined>();
  server.on('connection', (socket) => {
    connections.set(socket, undefined);
    socket.once('close', () => connections.delete(socket));
  });
  return connections;
}

/** A response that the connection's client still waits for. */
export const isUnfinished = (response: ServerResponse | undefined): response is ServerResponse =>
  response !== undefined && !response.writableFinished && !response.destroyed;
