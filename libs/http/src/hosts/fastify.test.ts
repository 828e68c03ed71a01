import fastify, { type FastifyInstance } from 'fastify';
import { parts } from '../../test/hosts/parts.js';
import { fastifyContracts } from './fastify.js';

let app: FastifyInstance;
const happened: string[] = [];

beforeEach(async () => {
  happened.length = 0;
  app = fastify({ trustProxy: 'loopback' });
  app.addHook('onRequest', async (_request, reply) => { reply.header('X-From-App', 'yes').header('Vary', 'Origin'); });
  await app.register(fastifyContracts(parts().dispatcher));
  app.addHook('onResponse', async (request, reply) => { happened.push(`${request.url} ${reply.raw.statusCode}`); });
  app.post('/own', async (request) => ({ got: request.body }));
  app.get('/api/v1/ping', async () => 'never');
});
afterEach(() => app.close());

test('other routes of the app work, and their bodies are still theirs to parse', async () => {
  const answer = await app.inject({ method: 'POST', url: '/own', payload: { a: 1 } });
  expect([answer.statusCode, answer.json()]).toEqual([200, { got: { a: 1 } }]);
  expect((await app.inject('/nothing')).json()).toMatchObject({ error: 'Not Found' });
});

test('contract routes are answered in its hooks\' headers, and seen by what runs after a response', async () => {
  const answer = await app.inject({ url: '/api/ping' });
  expect([answer.statusCode, answer.json().code, answer.headers['x-from-app'], answer.headers.vary]).toEqual([200, 'OK', 'yes', 'Origin, X-API-Version']);
  expect(happened).toEqual(['/api/ping 200']);
});

test('a contract route comes before one of the app at the same address', async () => {
  expect((await app.inject('/api/v1/ping')).json().code).toBe('OK');
});

test('a body is read by the dispatcher, and refused by its rules', async () => {
  const made = await app.inject({ method: 'POST', url: '/api/v2/parts', payload: { id: 'a', name: 'n', size: 1 } });
  expect([made.statusCode, made.headers['location']]).toEqual([201, '/api/v2/parts/a']);
  const refused = await app.inject({ method: 'POST', url: '/api/v2/parts', payload: '{"__proto__":1}', headers: { 'content-type': 'application/json' } });
  expect([refused.statusCode, refused.json().code]).toEqual([400, 'VALIDATION_FAILED']);
});

test('the client\'s address is what Fastify says it is', async () => {
  const answer = await app.inject({ url: '/api/v1/ping', headers: { 'x-forwarded-for': '203.0.113.9' } });
  expect(answer.headers['x-seen-address']).toBe('203.0.113.9');
});

test('routes in a plugin of their own are reached around the contracts', async () => {
  const other = fastify();
  await other.register(fastifyContracts(parts().dispatcher));
  await other.register(async (scope) => { scope.get('/inner', async () => 'inner'); }, { prefix: '/scope' });
  expect((await other.inject('/scope/inner')).body).toBe('inner');
  expect((await other.inject('/api/v1/ping')).statusCode).toBe(200);
  await other.close();
});
