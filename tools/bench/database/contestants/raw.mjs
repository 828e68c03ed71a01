import { once } from 'node:events';
import { createServer } from 'node:http';
import { accessLog, rateLimit, rateLimitHeaders, requestId, securityHeaders } from '../../http/features.mjs';
import { etagOf, isId, missing, outOfStock, readList, refused, success } from '../catalogue.mjs';
import { OutOfStock, readItems, readJson } from '../orders.mjs';
import { taggedCatalogue } from '../tagged.mjs';

const take = rateLimit();
const log = accessLog();
const fixed = Object.entries(securityHeaders).flat();
const catalogue = taggedCatalogue();
const base = '/api/v2/products';

async function place(request) {
  const route = '/api/v2/orders';
  const items = readItems(await readJson(request).catch(() => undefined));
  if (!items) return { status: 400, route, body: refused };
  try {
    const data = await catalogue.place(request.headers['x-user'], items);
    return { status: 201, route, data, etag: etagOf(data), location: `${route}/${data.id}` };
  } catch (error) {
    if (error instanceof OutOfStock) return { status: 409, route, body: outOfStock };
    throw error;
  }
}

async function answer(request, path, query) {
  if (path === '/api/v2/orders' && request.method === 'POST') return place(request);
  if (path === base) {
    const question = readList(Object.fromEntries(new URLSearchParams(query)));
    return question ? { status: 200, route: base, data: await catalogue.list(question) } : { status: 400, route: base, body: refused };
  }
  if (!path.startsWith(`${base}/`)) return { status: 404, route: 'unmatched', body: { code: 'ROUTE_NOT_FOUND' } };
  const route = `${base}/:id`;
  const id = path.slice(base.length + 1);
  if (!isId(id)) return { status: 400, route, body: refused };
  const data = await catalogue.find(id);
  return data ? { status: 200, route, data, etag: etagOf(data) } : { status: 404, route, body: missing };
}

const server = createServer(async (request, response) => {
  const begin = performance.now();
  const id = requestId(request.headers['x-request-id']);
  const limit = take(request.socket.remoteAddress);
  const [path, query = ''] = request.url.split('?', 2);
  const { status, route, data, etag, location, body = success(data) } = limit.allowed
    ? await answer(request, path, query).catch(() => ({ status: 500, route: path, body: { code: 'INTERNAL_ERROR' } }))
    : { status: 429, route: path, body: { code: 'RATE_LIMITED' } };
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  const [left, policy] = rateLimitHeaders(limit);
  const headers = [...fixed, 'Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(length), 'X-Request-Id', id, 'RateLimit', left, 'RateLimit-Policy', policy];
  if (etag) headers.push('ETag', etag);
  if (location) headers.push('Location', location);
  response.writeHead(status, headers);
  response.end(text);
  log({ method: request.method, route, path, status, duration_ms: performance.now() - begin, bytes: length, request_id: id, remote_address: request.socket.remoteAddress });
});

export async function start() {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server.address().port;
}
