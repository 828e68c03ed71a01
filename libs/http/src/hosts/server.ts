import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toMilliseconds, type Duration } from '@org/enterprise-kernel';
import { answerClientErrors } from './client-error.js';
import { trackConnections } from './connections.js';
import { drain, type CloseOptions, type CloseReport } from './drain.js';
import { createServer } from '../node-http.js';
import { ListenFailed } from './host.errors.js';

export interface ServerLimits {
  /** How long a client may take to send the headers; then 408. @default { seconds: 10 } */
  readonly headersTimeout?: Duration;
  /** How long a client may take to send a whole request; then 408. Raise it where large files are uploaded. @default { seconds: 30 } */
  readonly requestTimeout?: Duration;
  /** How long a connection may wait for its next request; longer than a load balancer's own, which is often 60 s. @default { seconds: 65 } */
  readonly keepAliveTimeout?: Duration;
  /**
   * How long nothing may be sent or received while a request is answered; ends downloads that nobody reads. Must be longer than
   * any handler takes. @default for ever
   */
  readonly inactivityTimeout?: Duration;
  /** Bytes of the request line and headers together; more is 431. @default 16 KiB */
  readonly maxHeaderSize?: number;
  /** Open connections; one more is closed at once. @default no limit */
  readonly maxConnections?: number;
  /** Requests on one connection before it is closed, so that a load balancer spreads anew. @default no limit */
  readonly maxRequestsPerConnection?: number;
}

export interface HostServerOptions extends ServerLimits {
  /** How {@link NodeServer.close} behaves when it is not told otherwise, on disposal too. */
  readonly close?: CloseOptions;
}

export interface ListenOptions {
  /** @default 127.0.0.1, this machine alone */
  readonly host?: string;
  /** 0 picks a free one. @default 0 */
  readonly port?: number;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Where a browser on this machine finds it. */
  readonly url: string;
}

/** A server on `node:http` that starts with clear errors and stops without losing a request. */
export interface NodeServer extends AsyncDisposable {
  /** Node's own server, for WebSocket upgrades or test tools. */
  readonly server: Server;
  /**
   * Starts to listen.
   * @throws LISTEN_FAILED naming host and port (rejects)
   */
  listen(options?: ListenOptions): Promise<Listening>;
  /** Stops listening, lets requests in flight finish and closes every connection. Later calls wait for the first. */
  close(options?: CloseOptions): Promise<CloseReport>;
}

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpServerOptions extends HostServerOptions {
  /** Takes requests that wait for `100 Continue`. @default Node says it at once */
  readonly onContinue?: Listener;
  /** Whether a request without a body never emits `end`, which saves time but may surprise code that is not ours. @default false */
  readonly skipEmptyBodies?: boolean;
}

/** Makes the server that all hosts on `node:http` share. */
export function httpServer(listener: Listener, options: HttpServerOptions): NodeServer {
  const server = createServer(serverOptions(options));
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections;
  server.maxRequestsPerSocket = options.maxRequestsPerConnection ?? 0;
  server.timeout = options.inactivityTimeout ? toMilliseconds(options.inactivityTimeout) : 0;

  const connections = trackConnections(server);
  let closing: Promise<CloseReport> | undefined;
  const tracked = (next: Listener): Listener => (request, response) => {
    connections.set(request.socket, response);
    if (closing) response.shouldKeepAlive = false;
    // RFC 9110 section 9.3.7: a question to the server as a whole.
    if (request.url === '*' && request.method === 'OPTIONS') response.writeHead(204).end();
    else next(request, response);
  };
  server.on('request', tracked(listener));
  if (options.onContinue) server.on('checkContinue', tracked(options.onContinue));
  answerClientErrors(server, connections);

  const close = (wanted?: CloseOptions): Promise<CloseReport> => (closing ??= drain(server, connections, { ...options.close, ...wanted }));
  return { server, listen: (where) => listen(server, where), close, [Symbol.asyncDispose]: async () => { await close(); } };
}

function serverOptions(options: HttpServerOptions): ServerOptions {
  const headersTimeout = toMilliseconds(options.headersTimeout ?? { seconds: 10 });
  const requestTimeout = toMilliseconds(options.requestTimeout ?? { seconds: 30 });
  const shortest = Math.min(headersTimeout || Infinity, requestTimeout || Infinity);
  return {
    headersTimeout,
    requestTimeout,
    // Node's own half minute would make a time-out of 10 seconds one of up to 40.
    connectionsCheckingInterval: Math.max(20, Math.min(1_000, shortest / 10)),
    keepAliveTimeout: toMilliseconds(options.keepAliveTimeout ?? { seconds: 65 }),
    ...(options.maxHeaderSize !== undefined && { maxHeaderSize: options.maxHeaderSize }),
    ...(options.skipEmptyBodies && { optimizeEmptyRequests: true }),
  };
}

function listen(server: Server, { host = '127.0.0.1', port = 0 }: ListenOptions = {}): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException): void => {
      const reason = cause.code ?? cause.name;
      const message = `Cannot listen on ${host}:${port}: ${reasons[reason] ?? cause.message} (${reason}).`;
      reject(new ListenFailed({ host, port, reason }, { message, cause }));
    };
    server.once('error', failed);
    try {
      server.listen({ host, port }, () => {
        server.off('error', failed);
        const address = server.address() as AddressInfo;
        const name = host === '0.0.0.0' || host === '::' ? 'localhost' : address.family === 'IPv6' ? `[${address.address}]` : host;
        resolve({ host, port: address.port, url: `http://${name}:${address.port}` });
      });
    } catch (error) {
      server.off('error', failed);
      failed(error as NodeJS.ErrnoException);
    }
  });
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there already',
  EACCES: 'this process may not use that port',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'there is no such host name',
  ERR_SERVER_ALREADY_LISTEN: 'this server listens already',
};
