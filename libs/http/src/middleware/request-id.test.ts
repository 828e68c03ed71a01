import { currentContext, type LogFields, type Logger } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract } from '../contract.js';
import { implement } from '../implement.js';
import { ok } from '../returns.js';
import { route } from '../route.js';
import { requestId } from './request-id.js';
import { served } from '../../test/served.js';

const where = route({ method: 'POST', path: '/where', summary: 'Where', access: 'public', body: z.object({}), returns: ok(z.object({ given: z.string(), ambient: z.string() })) });
const boom = route({ method: 'GET', path: '/boom', summary: 'Boom', access: 'public', returns: ok(z.object({})) });
const routes = [implement(contract('ids', { where, boom }), {}, () => ({
  where: async ({ requestId: given }) => ({ given, ambient: currentContext()?.requestId ?? 'none' }),
  boom: () => { throw new Error('boom'); },
}))];
const options = { versions: versionSet({ supported: ['v1'], default: 'v1' }), routes };

test('a harmless id of the client is kept: in the answer, for the handler and in the context below it, after the body was read', async () => {
  await using http = await served({ ...options, middleware: [requestId()] });
  const given = `${'a'.repeat(58)}.Z_9-0`;
  const { headers, json } = await http.send('POST', '/api/where', { 'x-request-id': given, 'content-type': 'application/json' }, '{}');
  expect(given).toHaveLength(64);
  expect([headers['x-request-id'], json.data]).toEqual([given, { given, ambient: given }]);
});

test.each([['too long', 'a'.repeat(65)], ['with a space', 'a b'], ['empty', ''], ['given twice', ['a', 'b']], ['markup', '<script>'], ['not ASCII', 'ä'], ['absent', undefined]])(
  'an id that is %s is replaced by a new one', async (_, given) => {
    let made = 0;
    await using http = await served({ ...options, middleware: [requestId({ generate: () => `made-${++made}` })] });
    const { headers } = await http.send('GET', '/api/boom', given === undefined ? {} : { 'x-request-id': given });
    expect(headers['x-request-id']).toBe('made-1');
  },
);

test('ids that are made are UUIDs which rise', async () => {
  await using http = await served({ ...options, middleware: [requestId()] });
  const ids = [];
  for (let i = 0; i < 3; i++) ids.push((await http.send('GET', '/nowhere')).headers['x-request-id']!);
  expect(ids).toEqual([...ids].sort());
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('bodies and log lines of failures carry the id, of unknown addresses too', async () => {
  const logged: LogFields[] = [];
  const logger: Logger = { debug() {}, info() {}, warn() {}, error: (_, fields) => { logged.push(fields!); }, child: () => logger };
  await using http = await served({ ...options, logger, middleware: [requestId()] });
  const failed = await http.send('GET', '/api/boom', { 'x-request-id': 'mine' });
  const missing = await http.send('GET', '/api/v9/boom', { 'x-request-id': 'yours' });
  expect([failed.status, failed.json.request_id, logged[0]!['request_id'], missing.status, missing.json.request_id, missing.headers['x-request-id']])
    .toEqual([500, 'mine', 'mine', 404, 'yours', 'yours']);
});
