import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express from 'express';
import fastify from 'fastify';
import type { Dispatcher } from '../../src/index.js';
import { expressContracts, expressServer } from '../../src/hosts/express.js';
import { fastifyContracts } from '../../src/hosts/fastify.js';
import { fetchHandler, type FetchHandler } from '../../src/hosts/fetch.js';
import { nodeServer, type ServerLimits } from '../../src/hosts/node.js';

/** A host that listens. */
export interface Running { readonly url: string; readonly port: number; close(): Promise<unknown> }
export interface Host { readonly name: string; start(dispatcher: Dispatcher, limits?: ServerLimits): Promise<Running> }

const soon = { deadline: { milliseconds: 100 }, idleGrace: { milliseconds: 0 } };

export const nodeHost: Host = {
  name: 'node',
  async start(dispatcher, limits) {
    const server = nodeServer(dispatcher, limits);
    return { ...(await server.listen()), close: () => server.close(soon) };
  },
};

export const expressHost: Host = {
  name: 'Express',
  async start(dispatcher, limits) {
    const server = expressServer(dispatcher, limits);
    return { ...(await server.listen()), close: () => server.close(soon) };
  },
};

/** An app as people have it: parsers and headers in front, a page of its own behind. */
export const busyExpressHost: Host = {
  name: 'Express behind parsers',
  async start(dispatcher, limits) {
    const app = express();
    app.use((_request, response, next) => { response.setHeader('X-From-App', 'yes'); response.vary('Origin'); next(); });
    app.use(express.json({ limit: '200mb', strict: false }), expressContracts(dispatcher));
    const server = expressServer(dispatcher, { app, ...limits });
    return { ...(await server.listen()), close: () => server.close(soon) };
  },
};

export const fastifyHost: Host = {
  name: 'Fastify',
  async start(dispatcher) {
    const app = fastify({ forceCloseConnections: true });
    await app.register(fastifyContracts(dispatcher));
    app.setNotFoundHandler((_request, reply) => reply.code(404).send({ code: 'ROUTE_NOT_FOUND' }));
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    return { url, port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
};

/** A platform that speaks Fetch, as small as it can be. */
export const fetchHost: Host = {
  name: 'fetch',
  async start(dispatcher) {
    const handler = fetchHandler(dispatcher);
    const server = createServer((message, response) => {
      const left = new AbortController();
      response.once('close', () => left.abort());
      const bodiless = message.method === 'GET' || message.method === 'HEAD';
      const request = new Request(`http://${message.headers.host!}${message.url!}`, {
        method: message.method!, headers: new Headers(message.headers as Record<string, string>), signal: left.signal,
        ...(!bodiless && { body: Readable.toWeb(message) as unknown as NonNullable<RequestInit['body']>, duplex: 'half' as const }),
      });
      void answer(handler, request, message.socket.remoteAddress!, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, port, async close() { server.closeAllConnections(); server.close(); await once(server, 'close'); } };
  },
};

async function answer(handler: FetchHandler, request: Request, remoteAddress: string, response: ServerResponse): Promise<void> {
  const { status, headers, body } = await handler(request, { remoteAddress });
  if (!response.req.complete) response.shouldKeepAlive = false; // a body that nobody reads any more blocks the connection
  response.writeHead(status, [...headers].flat());
  if (body) await pipeline(Readable.fromWeb(body as never), response).catch(() => {});
  else response.end();
}

export const allHosts: readonly Host[] = [nodeHost, expressHost, busyExpressHost, fastifyHost, fetchHost];
