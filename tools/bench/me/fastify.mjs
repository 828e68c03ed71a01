import fastifyJwt from '@fastify/jwt';
import Fastify from 'fastify';
import { accessLog, rateLimit, rateLimitHeaders, requestId, securityHeaders } from '../http/features.mjs';
import { algorithm, claims, findUser, refused, success, verificationKey } from './account.mjs';

const [string, integer] = [{ type: 'string' }, { type: 'integer' }];
const object = (properties) => ({ type: 'object', required: Object.keys(properties), properties });
const user = object({ id: string, email: string, name: object({ given: string, family: string }), roles: { type: 'array', items: string }, version: integer, created_at: string, updated_at: string });

/** Fastify with @fastify/jwt as its documentation shows it. */
export async function startFastify(options = {}) {
  const take = rateLimit();
  const log = accessLog();
  const app = Fastify({ logger: false, genReqId: (request) => requestId(request.headers['x-request-id']) });
  await app.register(fastifyJwt, {
    secret: algorithm === 'HS256' ? verificationKey : { public: verificationKey },
    verify: { algorithms: [algorithm], allowedIss: claims.issuer, allowedAud: claims.audience, checkTyp: 'at+jwt', ...options },
  });
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
  app.get('/api/v2/me', {
    schema: { response: { 200: object({ code: string, message: string, data: user }) } },
    onRequest: (request, reply) => request.jwtVerify().catch(() => reply.code(401).send(refused)),
  }, async (request, reply) => {
    const data = await findUser(request.user.sub);
    if (!data) return reply.code(404).send(refused);
    reply.header('ETag', `"v2-${data.version}"`);
    return success(data);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server.address().port;
}
