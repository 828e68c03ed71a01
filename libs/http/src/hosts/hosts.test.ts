import { request as httpRequest } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { allHosts, type Running } from '../../test/hosts/hosts.js';
import { chunk, parts, secret, type Seen } from '../../test/hosts/parts.js';
import { noopLogger } from '@org/enterprise-kernel';

const json = { 'content-type': 'application/json' };
const send = (body: unknown, headers: Record<string, string> = {}) => ({ method: 'POST', body: JSON.stringify(body), headers: { ...json, ...headers } });

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 3_000;
  while (!condition() && performance.now() < end) await wait(5);
}

describe.each(allHosts)('on $name', ({ name, start }) => {
  let host: Running;
  let seen: Seen;
  const logged: unknown[] = [];
  const at = (path: string, init?: RequestInit): Promise<Response> => fetch(`${host.url}/api${path}`, init);

  beforeAll(async () => {
    const made = parts({ logger: { ...noopLogger, error: (_message, fields) => logged.push(fields?.['error']) } });
    seen = made.seen;
    host = await start(made.dispatcher);
  });
  afterAll(() => host.close());
  beforeEach(() => { seen.produced = 0; seen.left.length = 0; });

  describe('routing', () => {
    test('a route answers in the version of its path, of the header, or the default one', async () => {
      expect(await (await at('/v2/parts/a')).json()).toEqual({ code: 'OK', message: 'OK', data: { id: 'a', name: 'bolt', size: 1.5, version: 7 } });
      expect(await (await at('/v1/parts/a')).json()).toMatchObject({ data: { id: 'a', name: 'bolt', version: 7 } });
      const byHeader = await at('/parts/a', { headers: { 'x-api-version': '2' } });
      expect(await byHeader.json()).toHaveProperty('data.size', 1.5);
      expect(byHeader.headers.get('vary')).toContain('X-API-Version');
      expect((await (await at('/parts/a')).json() as any).data).not.toHaveProperty('size');
    });

    test.each([
      ['path against header', '/v1/parts/a', 'v2', 400, 'API_VERSION_CONFLICT'],
      ['an unknown version in the header', '/parts/a', 'v9', 400, 'API_VERSION_UNSUPPORTED'],
    ])('%s is refused', async (_what, path, version, status, code) => {
      const answer = await at(path, { headers: { 'x-api-version': version } });
      expect([answer.status, ((await answer.json()) as any).code]).toEqual([status, code]);
    });

    test('an unknown address is 404', async () => {
      for (const path of ['/v1/nothing', '/v9/parts/a']) {
        const answer = await at(path);
        expect(answer.status).toBe(404);
        await answer.body?.cancel();
      }
    });

    test('another method is 405 with Allow, and OPTIONS lists the same', async () => {
      const answer = await at('/v1/parts/a', { method: 'DELETE' });
      expect([answer.status, answer.headers.get('allow'), ((await answer.json()) as any).code]).toEqual([405, 'GET, HEAD, OPTIONS, PUT', 'METHOD_NOT_ALLOWED']);
      const options = await at('/v1/parts/a', { method: 'OPTIONS' });
      expect([options.status, options.headers.get('allow'), await options.text()]).toEqual([204, 'GET, HEAD, OPTIONS, PUT', '']);
    });

    test('HEAD has the headers of GET and no body', async () => {
      const get = await at('/v2/parts/a');
      const body = await get.text();
      const head = await at('/v2/parts/a', { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      for (const header of ['content-type', 'etag']) expect(head.headers.get(header)).toBe(get.headers.get(header));
      expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(body)));
    });

    test('HEAD for a stream sends the headers and produces nothing', async () => {
      const head = await at('/v1/download?chunks=3', { method: 'HEAD' });
      expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([200, 'application/octet-stream', '']);
      expect(seen.produced).toBe(0);
    });

    test('a malformed escape in the path is 400 and never 500', async () => {
      expect((await at('/v1/parts/%zz')).status).toBe(400);
    });
  });

  describe('bodies and answers', () => {
    test('201 says where the new thing lives', async () => {
      const answer = await at('/v2/parts', send({ id: 'a b/c', name: 'nut', size: 2 }));
      expect([answer.status, answer.headers.get('location')]).toEqual([201, '/api/v2/parts/a%20b%2Fc']);
      expect(await answer.json()).toMatchObject({ data: { id: 'a b/c', version: 1 } });
    });

    test('invalid input is 400 with every fault', async () => {
      const answer = await at('/v2/parts', send({ id: 1, extra: true }));
      const body = (await answer.json()) as any;
      expect([answer.status, body.code, body.request_id]).toEqual([400, 'VALIDATION_FAILED', answer.headers.get('x-request-id')]);
      expect(body.errors.map(({ path }: any) => path).sort()).toEqual(['extra', 'id', 'name', 'size']);
    });

    test('an error of the handler is its own code, as problem details too', async () => {
      const plain = await at('/v1/parts/missing');
      expect([plain.status, ((await plain.json()) as any).code]).toEqual([404, 'PART_UNKNOWN']);
      const problem = await at('/v1/parts/missing', { headers: { accept: 'application/problem+json' } });
      expect(problem.headers.get('content-type')).toBe('application/problem+json');
      expect(await problem.json()).toMatchObject({ type: 'about:blank', status: 404, code: 'PART_UNKNOWN', title: 'There is no such part.' });
    });

    test('an accident in the handler is logged and says nothing to the client', async () => {
      logged.length = 0;
      const answer = await at('/v1/crash');
      const text = await answer.text();
      expect([answer.status, JSON.parse(text).code]).toEqual([500, 'INTERNAL_ERROR']);
      expect(`${text}${JSON.stringify([...answer.headers])}`).not.toMatch(/hunter2|postgres|\.ts|at /);
      expect(logged).toEqual([expect.objectContaining({ message: secret })]);
    });

    test('a line break that a handler puts into a header is its accident, and never sent', async () => {
      logged.length = 0;
      expect((await at('/v1/header?value=fine')).headers.get('x-echo')).toBe('fine');
      const answer = await at('/v1/header?value=a%0d%0aSet-Cookie:%20x=1');
      expect([answer.status, ((await answer.json()) as any).code, answer.headers.get('set-cookie')]).toEqual([500, 'INTERNAL_ERROR', null]);
      expect(logged).toEqual([expect.objectContaining({ code: 'ERR_INVALID_CHAR' })]);
    });

    test('one that middleware puts there is answered in the envelope all the same', async () => {
      const broken = await start(parts({ middleware: [{ name: 'broken', answer: (_exchange, answer) => { answer.headers.push('X-Broken', 'a\r\nb'); } }] }).dispatcher);
      const answer = await fetch(`${broken.url}/api/v1/ping`);
      expect([answer.status, ((await answer.json()) as any).code]).toEqual([500, 'INTERNAL_ERROR']);
      await broken.close();
    });

    test('406, 415 and 413 are told apart', async () => {
      const codeOf = async (answer: Response): Promise<unknown> => [answer.status, ((await answer.json()) as any).code];
      expect(await codeOf(await at('/v1/parts/a', { headers: { accept: 'image/png' } }))).toEqual([406, 'NOT_ACCEPTABLE']);
      expect(await codeOf(await at('/v2/parts', { method: 'POST', body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }))).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
      if (name === 'Express behind parsers') return; // its parser's limit is the app's
      const large = { id: 'a', name: 'x'.repeat(200_000), size: 1 };
      expect(await codeOf(await at('/v2/parts', send(large)))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
      const body = new ReadableStream({ start(controller) { controller.enqueue(Buffer.from(JSON.stringify(large))); controller.close(); } });
      expect(await codeOf(await at('/v2/parts', { method: 'POST', body, duplex: 'half', headers: json } as RequestInit))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    });

    test('a GET is 304 to the client that has it', async () => {
      const first = await at('/v1/parts/a');
      await first.text();
      const etag = first.headers.get('etag')!;
      expect(etag).toBe('"v1-7"');
      const again = await at('/v1/parts/a', { headers: { 'if-none-match': etag } });
      expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
      expect((await at('/v2/parts/a', { headers: { 'if-none-match': etag } })).status).toBe(200);
    });

    test('a write is 428 without If-Match, 412 with a stale one, and done with the current one', async () => {
      const put = async (headers: Record<string, string>): Promise<unknown> => {
        const answer = await at('/v2/parts/a', { ...send({ name: 'nut' }, headers), method: 'PUT' });
        return [answer.status, ((await answer.json()) as any).code, answer.headers.get('etag')];
      };
      expect(await put({})).toEqual([428, 'PRECONDITION_REQUIRED', null]);
      expect(await put({ 'if-match': '"v2-6"' })).toEqual([412, 'PRECONDITION_FAILED', null]);
      expect(await put({ 'if-match': '"v2-7"' })).toEqual([200, 'OK', '"v2-8"']);
    });
  });

  describe('streams', () => {
    test('a download arrives whole, with its name', async () => {
      const answer = await at('/v1/download?chunks=20');
      const bytes = await answer.arrayBuffer();
      expect([answer.status, bytes.byteLength, answer.headers.get('content-disposition')]).toEqual([200, 20 * chunk.length, 'attachment; filename="parts.bin"']);
      expect(seen.left).toEqual(['download']);
    });

    test('a download waits for its reader, and ends when that leaves', async () => {
      const leave = new AbortController();
      const answer = await at('/v1/download?chunks=100000', { signal: leave.signal });
      await answer.body!.getReader().read();
      let before = -1;
      while (before !== seen.produced) { before = seen.produced; await wait(100); }
      expect(seen.produced).toBeLessThan(2_000); // what the buffers of two sockets hold, not the 6 GB
      expect(seen.left).toEqual([]);
      leave.abort();
      await until(() => seen.left.length > 0);
      expect(seen.left).toEqual(['download']);
    });

    test('a stream that breaks off does not look complete', async () => {
      const answer = await at('/v1/broken');
      await expect(answer.text()).rejects.toThrow();
    });

    test('events arrive one by one, and the source learns that the client has left', async () => {
      const leave = new AbortController();
      const answer = await at('/v1/ticks', { headers: { accept: 'text/event-stream' }, signal: leave.signal });
      expect(answer.headers.get('content-type')).toBe('text/event-stream');
      const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      while (!text.includes('"n":2')) text += (await reader.read()).value ?? '';
      expect(text).toBe(':\n\ndata: {"n":1}\n\ndata: {"n":2}\n\n');
      leave.abort();
      await until(() => seen.left.length > 0);
      expect(seen.left).toEqual(['ticks']);
    });

    test('an upload is read as it comes', async () => {
      const body = new ReadableStream({ async pull(controller) { if ((this as any).n === 50) return controller.close(); (this as any).n = ((this as any).n ?? 0) + 1; controller.enqueue(chunk); } });
      const answer = await at('/v1/upload', { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'application/octet-stream' } } as RequestInit);
      expect(await answer.json()).toMatchObject({ data: { size: 50 * chunk.length } });
    });

    test('a handler learns that its client has left', async () => {
      const leave = new AbortController();
      const answer = at('/v1/patient', { signal: leave.signal }).catch((error: Error) => error.name);
      await wait(50);
      leave.abort();
      expect(await answer).toBe('AbortError');
      await until(() => seen.left.length > 0);
      expect(seen.left).toEqual(['patient']);
    });
  });

  describe('context', () => {
    test('a handler knows its request after every await', async () => {
      const answer = await at('/v1/ping', { headers: { 'x-request-id': 'abc-1' } });
      expect([answer.headers.get('x-request-id'), ((await answer.json()) as any).data.request_id]).toEqual(['abc-1', 'abc-1']);
      expect(answer.headers.get('x-seen-address')).toMatch(/127\.0\.0\.1$/);
    });

    test('requests at the same time keep their own contexts', async () => {
      const ids = Array.from({ length: 40 }, (_, i) => `request-${i}`);
      const found = await Promise.all(ids.map(async (id, i) => ((await (await at(`/v1/slow?ms=${(i * 7) % 20}`, { headers: { 'x-request-id': id } })).json()) as any).data.request_id));
      expect(found).toEqual(ids);
    });

    test('a body that comes in pieces is read in the request it belongs to', async () => {
      const answer = await new Promise<string>((resolve, reject) => {
        const request = httpRequest(`${host.url}/api/v2/parts`, { method: 'POST', headers: { ...json, 'x-request-id': 'slowly' } }, (response) => {
          response.resume();
          resolve(`${response.statusCode} ${String(response.headers['x-request-id'])}`);
        });
        request.on('error', reject);
        request.write('{"id":"a","na');
        setTimeout(() => request.write('me":"nut",'), 10);
        setTimeout(() => request.end('"size":1}'), 20);
      });
      expect(answer).toBe('201 slowly');
    });
  });
});
