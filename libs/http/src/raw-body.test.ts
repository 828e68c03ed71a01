import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { LogFields, Logger } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract } from './contract.js';
import { createDispatcher } from './dispatcher.js';
import { expressContracts } from './hosts/express.js';
import { implement } from './implement.js';
import { send, served } from '../test/served.js';
import { rawBody, type RawBodyOptions } from './raw-body.js';
import { ok } from './returns.js';
import { route } from './route.js';

const key = 'whsec_test';
const sign = (bytes: Uint8Array | string): string => createHmac('sha256', key).update(bytes).digest('hex');
const logged: string[] = [];
const logger: Logger = { debug() {}, info() {}, warn() {}, error: (_, fields?: LogFields) => { logged.push((fields!['error'] as Error).message); }, child: () => logger };

function options(settings: RawBodyOptions = { types: ['application/json'] }) {
  const hook = route({
    method: 'POST', path: '/hooks/payment', summary: 'A payment event', access: 'public',
    headers: z.object({ 'x-signature': z.string() }), body: rawBody(settings), returns: ok(z.object({ genuine: z.boolean(), size: z.int() })),
  });
  return {
    logger,
    versions: versionSet({ supported: ['v1'], default: 'v1' }),
    routes: [implement(contract('hooks', { hook }), {}, () => ({
      hook: ({ body, headers }) => ({ genuine: timingSafeEqual(Buffer.from(sign(body)), Buffer.from(headers['x-signature'])), size: body.length }),
    }))],
  };
}

// Spaces, key order, escapes and the number would not survive being parsed and written again.
const payload = '{ "b": 1.0,\n  "a": "\\u00e4",\t"n": 12345678901234567890 }';
const headers = { 'content-type': 'application/json', 'x-signature': sign(payload) };

test('the bytes are those that were signed', async () => {
  await using http = await served(options());
  const right = await http.send('POST', '/api/hooks/payment', headers, payload);
  const changed = await http.send('POST', '/api/hooks/payment', headers, payload.replace('1.0', '1.1'));
  expect([right.json.data, changed.json.data]).toEqual([{ genuine: true, size: payload.length }, { genuine: false, size: payload.length }]);
});

test('bytes that are no text arrive as they are, of any type, or of none, or none at all', async () => {
  await using http = await served(options({}));
  const noise = Buffer.from([0, 255, 13, 10, 0x80]);
  const answers = [await http.send('POST', '/api/hooks/payment', { 'x-signature': sign(noise) }, noise), await http.send('POST', '/api/hooks/payment', { 'x-signature': sign('') }, '')];
  expect(answers.map(({ json }) => json.data)).toEqual([{ genuine: true, size: 5 }, { genuine: true, size: 0 }]);
});

test('other types are refused, and too many bytes', async () => {
  await using http = await served(options({ types: ['Application/JSON'], limit: 60 }));
  expect((await http.send('POST', '/api/hooks/payment', { ...headers, 'content-type': 'text/plain' }, payload)).json).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE', details: { supported: ['application/json'] } });
  expect((await http.send('POST', '/api/hooks/payment', { ...headers, 'content-type': 'application/json; charset=utf-8' }, payload)).status).toBe(200);
  const large = await http.send('POST', '/api/hooks/payment', headers, `${payload}     `);
  expect([large.status, large.json.details]).toEqual([413, { limit: 60 }]);
});

test.each([
  ['after express.json(), which has spent the bytes', express.json(), 500],
  ['after express.raw(), which keeps them', express.raw({ type: 'application/json' }), 200],
  ['after a middleware that read them and kept nothing', ((request, _response, next) => { request.resume().on('end', next); }) as express.RequestHandler, 500],
])('in an Express app, %s', async (_, parser, status) => {
  logged.length = 0;
  const app = express().use(parser).use(expressContracts(createDispatcher(options())));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => { server.once('listening', resolve); });
  const answer = await send('POST', `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/hooks/payment`, headers, payload);
  server.close();
  expect(answer.status).toBe(status);
  if (status === 200) expect(answer.json.data.genuine).toBe(true);
  else expect(logged).toEqual(['The bytes of this body are gone: a body parser ran before. Mount the dispatcher in front of it, or leave this address out of it.']);
});
