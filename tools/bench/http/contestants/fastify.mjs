import Fastify from 'fastify';
import { page, products } from '../catalogue.mjs';
import { accessLog, rateLimit, rateLimitHeaders, requestId, securityHeaders } from '../features.mjs';

const take = rateLimit();
const log = accessLog();
const app = Fastify({ logger: false, genReqId: (request) => requestId(request.headers['x-request-id']) });

app.addHook('onRequest', (request, reply, done) => {
  const limit = take(request.ip);
  const [left, policy] = rateLimitHeaders(limit);
  reply.headers(securityHeaders);
  reply.header('X-Request-Id', request.id).header('RateLimit', left).header('RateLimit-Policy', policy);
  if (limit.allowed) done();
  else reply.code(429).send({ code: 'RATE_LIMITED' });
});
app.addHook('onResponse', (request, reply, done) => {
  log({ method: request.method, route: request.routeOptions.url, path: request.url.split('?', 1)[0], status: reply.statusCode, duration_ms: reply.elapsedTime, bytes: Number(reply.getHeader('content-length')), request_id: request.id, remote_address: request.ip });
  done();
});

const envelope = (data) => ({ 200: { type: 'object', required: ['code', 'message', 'data'], properties: { code: { type: 'string' }, message: { type: 'string' }, data } } });
const product = { type: 'object', required: Object.keys(products[0]), properties: Object.fromEntries(Object.entries(products[0]).map(([key, value]) => [key, { type: typeof value === 'number' ? 'integer' : 'string' }])) };

app.get('/api/v1/ping', { schema: { response: envelope({ type: 'object', properties: { pong: { type: 'boolean' } } }) } }, async () => ({ code: 'OK', message: 'OK', data: { pong: true } }));
app.get('/api/v1/products', {
  schema: {
    querystring: { type: 'object', properties: { page: { type: 'integer', minimum: 1, default: 1 }, page_size: { type: 'integer', minimum: 1, maximum: 100, default: 20 }, sort: { type: 'string', default: '-created_at' } }, additionalProperties: false },
    response: envelope({ type: 'object', required: ['items', 'page', 'page_size', 'total'], properties: { items: { type: 'array', items: product }, page: { type: 'integer' }, page_size: { type: 'integer' }, total: { type: 'integer' } } }),
  },
}, async (request) => ({ code: 'OK', message: 'OK', data: page(request.query.page, request.query.page_size) }));

await app.ready();
export const server = app.server;
export const listen = (port) => app.listen({ port, host: '127.0.0.1' });
