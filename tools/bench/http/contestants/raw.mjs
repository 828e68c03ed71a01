import { createServer } from 'node:http';
import { page } from '../catalogue.mjs';
import { accessLog, rateLimit, rateLimitHeaders, requestId, securityHeaders } from '../features.mjs';

const take = rateLimit();
const log = accessLog();
const fixed = Object.entries(securityHeaders).flat();

export const server = createServer((request, response) => {
  const start = performance.now();
  const id = requestId(request.headers['x-request-id']);
  const limit = take(request.socket.remoteAddress);
  const question = request.url.indexOf('?');
  const path = question === -1 ? request.url : request.url.slice(0, question);
  let status = 200;
  let route = path;
  let body;
  if (!limit.allowed) { status = 429; body = '{"code":"RATE_LIMITED"}'; }
  else if (path === '/api/v1/ping') body = '{"code":"OK","message":"OK","data":{"pong":true}}';
  else if (path === '/api/v1/products') {
    const query = new URLSearchParams(request.url.slice(question + 1));
    const number = Number(query.get('page') ?? 1);
    const size = Number(query.get('page_size') ?? 20);
    if (Number.isInteger(number) && number > 0 && Number.isInteger(size) && size > 0 && size <= 100) body = JSON.stringify({ code: 'OK', message: 'OK', data: page(number, size) });
    else { status = 400; body = '{"code":"VALIDATION_FAILED"}'; }
  } else { status = 404; route = 'unmatched'; body = '{"code":"ROUTE_NOT_FOUND"}'; }
  const [left, policy] = rateLimitHeaders(limit);
  const length = Buffer.byteLength(body);
  response.writeHead(status, [...fixed, 'Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(length), 'X-Request-Id', id, 'RateLimit', left, 'RateLimit-Policy', policy]);
  response.end(body);
  log({ method: request.method, route, path, status, duration_ms: performance.now() - start, bytes: length, request_id: id, remote_address: request.socket.remoteAddress });
});
