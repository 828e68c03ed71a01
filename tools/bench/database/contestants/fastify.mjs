import Fastify from 'fastify';
import { accessLog, rateLimit, rateLimitHeaders, requestId, securityHeaders } from '../../http/features.mjs';
import { etagOf, missing, outOfStock, success } from '../catalogue.mjs';
import { OutOfStock } from '../orders.mjs';
import { taggedCatalogue } from '../tagged.mjs';

const take = rateLimit();
const log = accessLog();
const catalogue = taggedCatalogue();
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

const [string, integer] = [{ type: 'string' }, { type: 'integer' }];
const object = (properties) => ({ type: 'object', required: Object.keys(properties), properties });
const product = object({ id: string, name: string, description: string, category: string, price: object({ amount: integer, currency: string }), stock: integer, version: integer, created_at: string, updated_at: string });
const page = object({ items: { type: 'array', items: product }, page: integer, page_size: integer, total: integer, next_cursor: { type: ['string', 'null'] } });
const returns = (data) => ({ 200: object({ code: string, message: string, data }) });

app.get('/api/v2/products/:id', {
  schema: { params: object({ id: { type: 'string', format: 'uuid' } }), response: returns(product) },
}, async (request, reply) => {
  const data = await catalogue.find(request.params.id);
  if (!data) return reply.code(404).send(missing);
  reply.header('ETag', etagOf(data));
  return success(data);
});
app.get('/api/v2/products', {
  schema: {
    querystring: {
      type: 'object', required: ['category'], additionalProperties: false,
      properties: { page: { type: 'integer', minimum: 1, default: 1 }, page_size: { type: 'integer', minimum: 1, maximum: 100, default: 20 }, sort: { type: 'string', enum: ['price'] }, category: { type: 'string', maxLength: 100 } },
    },
    response: returns(page),
  },
}, async ({ query: { page: number, page_size: size, category } }) => success(await catalogue.list({ page: number, size, offset: (number - 1) * size, category })));

const money = object({ amount: integer, currency: string });
const line = { product_id: { type: 'string', format: 'uuid' }, quantity: { type: 'integer', minimum: 1, maximum: 10_000 } };
const order = object({ id: string, customer_id: string, status: string, items: { type: 'array', items: object({ product_id: string, quantity: integer, unit_price: money }) }, total: money, version: integer, created_at: { type: 'string', format: 'date-time' }, updated_at: { type: 'string', format: 'date-time' } });
app.post('/api/v2/orders', {
  schema: { body: { ...object({ items: { type: 'array', minItems: 1, maxItems: 100, items: { ...object(line), additionalProperties: false } } }), additionalProperties: false }, response: { 201: returns(order)[200] } },
}, async ({ body, headers }, reply) => {
  try {
    const data = await catalogue.place(headers['x-user'], body.items);
    reply.code(201).header('ETag', etagOf(data)).header('Location', `/api/v2/orders/${data.id}`);
    return success(data);
  } catch (error) {
    if (error instanceof OutOfStock) return reply.code(409).send(outOfStock);
    throw error;
  }
});

export async function start() {
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server.address().port;
}
