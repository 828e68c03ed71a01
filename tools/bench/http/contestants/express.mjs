import { createServer } from 'node:http';
import express from 'express';
import { page } from '../catalogue.mjs';
import { accessLog, rateLimit, rateLimitHeaders, requestId, securityHeaders } from '../features.mjs';

const take = rateLimit();
const log = accessLog();
const app = express();
app.disable('x-powered-by');

app.use((request, response, next) => {
  const start = performance.now();
  request.id = requestId(request.get('x-request-id'));
  response.set('X-Request-Id', request.id);
  response.on('finish', () => log({ method: request.method, route: request.route?.path ?? 'unmatched', path: request.path, status: response.statusCode, duration_ms: performance.now() - start, bytes: Number(response.get('content-length')), request_id: request.id, remote_address: request.ip }));
  next();
});
app.use((_request, response, next) => { response.set(securityHeaders); next(); });
app.use((request, response, next) => {
  const limit = take(request.ip);
  const [left, policy] = rateLimitHeaders(limit);
  response.set('RateLimit', left).set('RateLimit-Policy', policy);
  if (limit.allowed) next();
  else response.status(429).json({ code: 'RATE_LIMITED' });
});
app.use(express.json());
app.get('/api/v1/ping', (_request, response) => response.json({ code: 'OK', message: 'OK', data: { pong: true } }));
app.get('/api/v1/products', (request, response) => {
  const number = Number(request.query.page ?? 1);
  const size = Number(request.query.page_size ?? 20);
  if (Number.isInteger(number) && number > 0 && Number.isInteger(size) && size > 0 && size <= 100) response.json({ code: 'OK', message: 'OK', data: page(number, size) });
  else response.status(400).json({ code: 'VALIDATION_FAILED' });
});

export const server = createServer(app);
