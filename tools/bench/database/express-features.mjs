// The features of the other contestants as Express middleware, for Express and for Nest on Express.
import { accessLog, rateLimit, rateLimitHeaders, requestId, securityHeaders } from '../http/features.mjs';

export function useFeatures(app) {
  const take = rateLimit();
  const log = accessLog();
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
}
