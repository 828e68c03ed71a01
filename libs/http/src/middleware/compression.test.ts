import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import zlib from 'node:zlib';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract } from '../contract.js';
import { textAnswer } from '../envelope.js';
import { implement } from '../implement.js';
import { plainRoute } from '../plain-route.js';
import { events, file, ok } from '../returns.js';
import { route } from '../route.js';
import { compression, type CompressionOptions } from './compression.js';
import { served } from '../../test/served.js';

const text = 'All work and no play makes Jack a dull boy. '.repeat(100);
const Item = z.object({ version: z.int(), text: z.string() });
const list = route({ method: 'GET', path: '/list', summary: 'List', access: 'public', returns: ok(z.object({ items: z.array(Item) }), { etag: 'weak' }) });
const tagged = route({ method: 'GET', path: '/tagged', summary: 'Tagged', access: 'public', returns: ok(Item, { etag: 'version' }) });
const stream = route({ method: 'GET', path: '/stream', summary: 'Stream', access: 'public', query: z.object({ fail: z.boolean().default(false) }), returns: file('text/csv') });
const ticks = route({ method: 'GET', path: '/ticks', summary: 'Ticks', access: 'public', returns: events(z.object({ text: z.string() })) });

let resume = (): void => {};
let opened: Readable | undefined;
async function* lines(fail: boolean): AsyncGenerator<string> {
  yield 'first\n';
  await new Promise<void>((resolve) => { resume = resolve; });
  if (fail) throw new Error('the source broke');
  yield text;
}
async function* tick(): AsyncGenerator<{ text: string }> { yield { text }; }

const plain = (path: `/${string}`, type: string, body: string | Uint8Array, headers: string[] = []) =>
  plainRoute({ method: 'GET', path, access: 'public', handle: () => ({ status: 200, headers: ['Content-Type', type, ...headers], body }) });

const options = (settings?: CompressionOptions) => ({
  versions: versionSet({ supported: ['v1'], default: 'v1' }),
  routes: [implement(contract('x', { list, tagged, stream, ticks }), {}, () => ({
    list: () => ({ items: [{ version: 1, text }] }),
    tagged: () => ({ version: 1, text }),
    stream: ({ query }) => ({ body: (opened = Readable.from(lines(query.fail))) }),
    ticks: () => tick(),
  }))],
  plain: [
    plainRoute({ method: 'GET', path: '/text', access: 'public', handle: () => textAnswer(200, 'text/plain; charset=utf-8', text) }),
    plain('/bytes', 'application/json', Buffer.from(text)), plain('/just', 'text/plain', 'x'.repeat(1_024)), plain('/below', 'text/plain', 'x'.repeat(1_023)),
    plain('/sse', 'text/event-stream', text), plain('/png', 'image/png', text), plain('/svg', 'image/svg+xml', text), plain('/problem', 'application/problem+json', text),
    plain('/kept', 'text/plain', text, ['Cache-Control', 'public, no-transform']), plain('/done', 'text/plain', text, ['content-encoding', 'gzip']),
    plain('/noise', 'text/plain', Buffer.from(Array.from({ length: 2_000 }, (_, i) => (i * i * 2_654_435_761) >>> 13 & 0xff))),
  ],
  middleware: [compression(settings)],
});

test('whole answers arrive smaller and equal, with their length', async () => {
  await using http = await served(options());
  for (const [encoding, decode] of [['gzip', gunzipSync], ['br', brotliDecompressSync]] as const) {
    for (const path of ['/text', '/bytes']) {
      const { headers, bytes } = await http.send('GET', path, { 'accept-encoding': encoding });
      expect([headers['content-encoding'], headers['content-length'], headers['vary'], decode(bytes).toString()]).toEqual([encoding, String(bytes.length), 'Accept-Encoding', text]);
      expect(bytes.length).toBeLessThan(text.length / 10);
    }
  }
});

test.each([
  ['gzip, deflate, br', 'br'], ['gzip, br;q=0.5', 'gzip'], ['br;q=0, gzip', 'gzip'], ['*', 'br'], ['identity', undefined], ['gzip;q=0', undefined], ['gzip;q=0.5, identity', undefined],
  ['', undefined], ['deflate', undefined], ['GZIP', 'gzip'], ['nonsense;;,', undefined], [undefined, undefined],
])('Accept-Encoding: %s is given %s, and a cache is told that it matters', async (accept, encoding) => {
  await using http = await served(options());
  const first = await http.send('GET', '/text', accept === undefined ? {} : { 'accept-encoding': accept });
  expect([first.headers['content-encoding'], first.headers['vary']]).toEqual([encoding, 'Accept-Encoding']);
  if (encoding === undefined) expect([first.text, first.headers['content-length']]).toEqual([text, String(text.length)]);
});

test.each([['/below', undefined], ['/just', 'br'], ['/sse', undefined], ['/png', undefined], ['/svg', 'br'], ['/problem', 'br'], ['/kept', undefined], ['/done', 'gzip'], ['/noise', undefined], ['/api/ticks', undefined], ['/api/list', 'br'], ['/api/tagged', undefined]])(
  '%s is sent as %s', async (path, encoding) => {
    await using http = await served(options());
    expect((await http.send('GET', path, { 'accept-encoding': 'br' })).headers['content-encoding']).toBe(encoding);
  },
);

test('a weak ETag still answers 304, a strong one stays fit for If-Match', async () => {
  await using http = await served(options());
  const { headers } = await http.send('GET', '/api/list', { 'accept-encoding': 'br' });
  expect(headers['etag']).toMatch(/^W\//);
  const again = await http.send('GET', '/api/list', { 'accept-encoding': 'br', 'if-none-match': headers['etag'] });
  expect([again.status, again.headers['content-encoding'], again.text]).toEqual([304, undefined, '']);
  expect((await http.send('GET', '/api/tagged', { 'accept-encoding': 'br' })).headers['etag']).toBe('"v1-1"');
});

test.each([['gzip', () => zlib.createGunzip()], ['br', () => zlib.createBrotliDecompress()]] as const)('a %s stream hands on each chunk as it comes', async (encoding, decoder) => {
  await using http = await served(options());
  const received: string[] = [];
  await new Promise<void>((resolve, reject) => {
    httpRequest(`${http.url}/api/stream`, { headers: { 'accept-encoding': encoding }, agent: false }, (response) => {
      expect([response.headers['content-encoding'], response.headers['content-length']]).toEqual([encoding, undefined]);
      response.pipe(decoder()).on('data', (chunk: Buffer) => {
        received.push(chunk.toString());
        if (received.length === 1) resume(); // nothing more is made before the first line has arrived
      }).on('end', resolve).on('error', reject);
    }).end();
  });
  expect([received[0], received.join('')]).toEqual(['first\n', `first\n${text}`]);
});

test('a stream that fails half-way ends the connection, and the server lives on', async () => {
  await using http = await served(options());
  const broken = http.send('GET', '/api/stream?fail=true', { 'accept-encoding': 'gzip' });
  setTimeout(() => resume(), 50);
  await expect(broken).rejects.toThrow('aborted');
  expect((await http.send('GET', '/text')).status).toBe(200);
});

test('HEAD is told the same as GET without its work, and the stream behind it is closed', async () => {
  await using http = await served(options());
  const { headers, bytes } = await http.send('HEAD', '/api/stream', { 'accept-encoding': 'gzip' });
  expect([headers['content-encoding'], headers['vary'], bytes.length]).toEqual(['gzip', 'Accept-Encoding, X-API-Version', 0]);
  expect(opened!.destroyed).toBe(true);
  expect((await http.send('HEAD', '/text', { 'accept-encoding': 'br' })).headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' });
  expect((await http.send('HEAD', '/text', { 'accept-encoding': 'br' })).headers['content-length']).toBeUndefined();
});

test('what to offer, from which size on and for what can be said', async () => {
  await using http = await served(options({ threshold: 1_023, encodings: ['gzip'], skip: ({ path }) => path === '/text' }));
  const accept = { 'accept-encoding': 'br, gzip' };
  expect((await http.send('GET', '/below', accept)).headers['content-encoding']).toBe('gzip');
  expect((await http.send('GET', '/text', accept)).headers['content-encoding']).toBeUndefined();
});

(typeof zlib.zstdCompress === 'function' ? test : test.skip)('zstd is offered where Node.js has it', async () => {
  await using http = await served(options({ encodings: ['zstd', 'gzip'] }));
  const { headers, bytes } = await http.send('GET', '/text', { 'accept-encoding': 'gzip, zstd' });
  expect([headers['content-encoding'], zlib.zstdDecompressSync(bytes).toString()]).toEqual(['zstd', text]);
});
