import { connect } from 'node:net';
import { currentContext } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract } from './contract.js';
import { implement } from './implement.js';
import type { Middleware } from './middleware.js';
import { requestId } from './middleware/request-id.js';
import { served, type Served } from '../test/served.js';
import { multipart, type Multipart, type UploadedFile } from './multipart.js';
import { ok } from './returns.js';
import { route } from './route.js';
import { readerOf } from './special-body.js';

const fields = z.object({ title: z.string().min(2), pages: z.int().optional(), draft: z.boolean().default(false), tags: z.array(z.string()).default([]) });
const body = multipart({
  fields,
  files: { cover: { maxSize: 2_000, types: ['image/png', 'image/jpeg'], required: false }, chapters: { maxSize: 100_000, maxCount: 2, types: ['text/*'] } },
  maxFieldSize: 100, maxParts: 12,
});
const Shown = z.object({ filename: z.string(), type: z.string(), size: z.int(), start: z.string() });
const show = ({ filename, type, size, bytes }: UploadedFile) => ({ filename, type, size, start: Buffer.from(bytes).toString('latin1', 0, 20) });
const publish = route({
  method: 'POST', path: '/books', summary: 'Publish', access: 'public', body,
  returns: ok(z.object({ title: z.string(), pages: z.int().nullable(), draft: z.boolean(), tags: z.array(z.string()), cover: Shown.nullable(), chapters: z.array(Shown), ambient: z.string() })),
});

let handled = 0;
const options = (extra: Middleware[] = []) => ({
  versions: versionSet({ supported: ['v1'], default: 'v1' }),
  routes: [implement(contract('books', { publish }), {}, () => ({
    publish: ({ body: { fields: { title, pages, draft, tags }, files } }) => {
      handled += 1;
      return { title, pages: pages ?? null, draft, tags, cover: files.cover ? show(files.cover) : null, chapters: files.chapters.map(show), ambient: currentContext()?.requestId ?? 'none' };
    },
  }))],
  middleware: [requestId(), ...extra],
});

type Entry = readonly [disposition: string, content: Buffer | string, type?: string];
const boundary = 'frontier';
const form = (...entries: Entry[]): Buffer => Buffer.concat([
  ...entries.flatMap(([disposition, content, type]) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n`), Buffer.from(content as string), Buffer.from('\r\n'),
  ]),
  Buffer.from(`--${boundary}--\r\n`),
]);
const type = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'x-request-id': 'r1' };
const post = (http: Served, ...entries: Entry[]) => http.send('POST', '/api/books', type, form(...entries));
const title: Entry = ['name="title"', 'Emma'];
const chapter: Entry = ['name="chapters"; filename="one.txt"', 'It was', 'text/plain'];

test('fields are read by their schema, files arrive byte by byte, and the context survives the parser', async () => {
  await using http = await served(options());
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 45, 45]);
  const { status, json } = await post(http, title, ['name="pages"', '12'], ['name="draft"', 'true'], ['name="tags"', 'a'], ['name="tags"', 'ä'],
    ['name="cover"; filename="c.png"', png, 'image/png'], chapter, ['name="chapters"; filename="two.md"', 'x'.repeat(90_000), 'text/markdown']);
  expect([status, json.data]).toEqual([200, {
    title: 'Emma', pages: 12, draft: true, tags: ['a', 'ä'], cover: { filename: 'c.png', type: 'image/png', size: 11, start: png.toString('latin1') },
    chapters: [{ filename: 'one.txt', type: 'text/plain', size: 6, start: 'It was' }, { filename: 'two.md', type: 'text/markdown', size: 90_000, start: 'x'.repeat(20) }], ambient: 'r1',
  }]);
});

test('what browsers send through FormData is understood, a file field left empty too', async () => {
  await using http = await served(options());
  const data = new FormData();
  data.append('title', 'Emma');
  data.append('tags', 'one');
  data.append('cover', new Blob([]), '');
  data.append('chapters', new File(['It was'], 'ä 1.txt', { type: 'text/plain' }));
  const answer = await fetch(`${http.url}/api/books`, { method: 'POST', body: data });
  expect((await answer.json() as any).data).toMatchObject({ title: 'Emma', tags: ['one'], cover: null, chapters: [{ filename: 'ä 1.txt', size: 6 }] });
});

test('all faults are told at once, each with its path', async () => {
  await using http = await served(options());
  const { status, json } = await post(http, ['name="title"', 'E'], ['name="pages"', 'many'], ['name="tags"', 'x'.repeat(101)], ['name="sneaky"', '1'], ['name="extra"; filename="x"', 'x'],
    ['name="cover"; filename="c.svg"', '<svg>', 'image/svg+xml'], ['name="chapters"', 'not a file'], ['name="draft"; filename="d.txt"', 'true', 'text/plain']);
  const told = Object.fromEntries(json.errors.map(({ path, message, in: part }: any) => [`${part} ${path}`, message]));
  expect([status, json.code]).toEqual([400, 'VALIDATION_FAILED']);
  expect(told).toEqual({
    'body title': expect.stringContaining('>=2'), 'body pages': expect.stringContaining('expected'), 'body tags': 'is longer than 100 bytes', 'body sneaky': 'is not known here', 'body extra': 'is not known here',
    'body cover': 'must be image/png or image/jpeg', 'body chapters': 'must be a file', 'body draft': 'must not be a file',
  });
});

test('files that are required or too many are faults', async () => {
  await using http = await served(options());
  expect((await post(http, title)).json.errors).toEqual([{ path: 'chapters', message: 'is required', in: 'body' }]);
  expect((await post(http, title, chapter, chapter, chapter)).json.errors).toEqual([{ path: 'chapters', message: 'takes at most 2 files', in: 'body' }]);
});

test('a file that is too large is 413 with its own limit, and so is a body beyond everything allowed', async () => {
  await using http = await served(options());
  const file = await post(http, title, chapter, ['name="cover"; filename="c.png"', 'x'.repeat(2_001), 'image/png']);
  expect([file.status, file.json.message, file.json.details]).toEqual([413, 'The file "cover" is larger than 2000 bytes.', { limit: 2_000 }]);
  expect((await post(http, title, chapter, ['name="cover"; filename="c.png"', 'x'.repeat(2_000), 'image/png'])).status).toBe(200);
  const total = 2_000 + 2 * 100_000 + 1_048_576;
  const flood = await post(http, title, ['name="chapters"; filename="c"', 'x'.repeat(total), 'text/plain']);
  expect([flood.status, flood.json.details]).toEqual([413, { limit: total }]);
});

test('names are harmless: no path, no control characters, no prototype', async () => {
  await using http = await served(options());
  const names = ['../../etc/passwd', 'C:\\temp\\evil.txt', '..', 'a\u202etxt.exe', 'tab\there', '.'];
  const seen = [];
  for (const name of names) seen.push((await post(http, title, [`name="chapters"; filename="${name.replaceAll('\\', '\\\\')}"`, 'x', 'text/plain'])).json.data.chapters[0].filename);
  expect(seen).toEqual(['passwd', 'evil.txt', 'unnamed', 'atxt.exe', 'tabhere', 'unnamed']);
  for (const name of ['__proto__', 'constructor', 'toString']) {
    const { json } = await post(http, title, chapter, [`name="${name}"`, 'x'], [`name="${name}"; filename="x"`, 'x']);
    expect(json.errors).toEqual(Array(2).fill({ path: name, message: 'is not known here', in: 'body' }));
  }
  expect(({} as any).x).toBeUndefined();
});

test('too many parts are refused', async () => {
  await using http = await served(options());
  const { status, json } = await post(http, title, chapter, ...Array<Entry>(11).fill(['name="tags"', 'x']));
  expect([status, json.errors]).toEqual([400, [{ path: '', message: 'has more than 12 parts', in: 'body' }]]);
});

test.each([
  ['cut off in a file', form(title, chapter).subarray(0, -20)], ['cut off in a header', Buffer.from(`--${boundary}\r\nContent-Dispo`)], ['empty', Buffer.alloc(0)], ['not multipart', Buffer.from('{"title":"Emma"}')],
  ['without its end', Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="title"\r\n\r\nEmma`)], ['with a part that has no name', form(title, ['x="y"', 'z'], chapter)],
])('a body that is %s is 400', async (_, bytes) => {
  await using http = await served(options());
  const { status, json } = await http.send('POST', '/api/books', type, bytes);
  expect([status, json.errors]).toEqual([400, [{ path: '', message: 'is not well-formed multipart/form-data', in: 'body' }]]);
});

test('a type without a boundary is 400, another type 415', async () => {
  await using http = await served(options());
  expect((await http.send('POST', '/api/books', { 'content-type': 'multipart/form-data' }, form(title))).json.errors).toEqual([{ path: '', message: 'has a Content-Type without a boundary', in: 'body' }]);
  expect((await http.send('POST', '/api/books', { 'content-type': 'application/json' }, '{}')).status).toBe(415);
});

test('damaged bodies are always answered, and never by a failure of ours', async () => {
  await using http = await served(options());
  const whole = form(title, ['name="tags"', 'x'], chapter);
  let seed = 42;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const statuses = new Set<number>();
  for (let i = 0; i < 300; i++) {
    const damaged = Buffer.from(whole);
    for (let n = random(4); n >= 0; n--) damaged[random(damaged.length)] = random(256);
    const bytes = random(3) === 0 ? damaged.subarray(0, random(damaged.length)) : random(3) === 0 ? Buffer.concat([damaged, damaged.subarray(random(damaged.length))]) : damaged;
    statuses.add((await http.send('POST', '/api/books', type, bytes)).status);
  }
  expect([...statuses].filter((status) => ![200, 400, 413].includes(status))).toEqual([]);
  expect(statuses.has(400)).toBe(true);
});

test('a client that leaves half-way reaches no handler and is let go', async () => {
  const ended: unknown[] = [];
  await using http = await served(options([{ name: 'end', done: (_, { status }) => { ended.push(status); } }]));
  const before = handled;
  const socket = connect(Number(new URL(http.url).port), '127.0.0.1');
  socket.write(`POST /api/books HTTP/1.1\r\nHost: x\r\nContent-Type: ${type['content-type']}\r\nContent-Length: 90000\r\n\r\n--${boundary}\r\n`);
  await new Promise((resolve) => { setTimeout(resolve, 50); });
  socket.destroy();
  for (let i = 0; ended.length === 0 && i < 200; i++) await new Promise((resolve) => { setTimeout(resolve, 5); });
  expect([ended.length, [400, 408].includes(ended[0] as number), handled]).toEqual([1, true, before]); // the host says which
});

test('a name for two things is refused when it is declared, and the document describes fields and files', () => {
  expect(() => multipart({ fields, files: { title: { maxSize: 1 } } })).toThrow('"title" is both a field and a file.');
  expect(readerOf(body)!.schema()).toMatchObject({
    type: 'object', required: ['title', 'chapters'],
    properties: { title: { type: 'string', minLength: 2 }, cover: { type: 'string', format: 'binary' }, chapters: { type: 'array', maxItems: 2, items: { format: 'binary' } } },
  });
});

test('the type of the result follows the rules', () => {
  type Files = Multipart<typeof fields, { one: { maxSize: 1 }; perhaps: { maxSize: 1; required: false }; many: { maxSize: 1; maxCount: 3 } }>['files'];
  const files: Files = { one: { filename: 'a', type: 'b', bytes: new Uint8Array(), size: 0 }, perhaps: undefined, many: [] };
  // @ts-expect-error it may be absent
  expect(() => files.perhaps.size).toThrow(TypeError);
  // @ts-expect-error a single file is no list
  expect(files.one.length).toBeUndefined();
  expect(files.many.length).toBe(0);
});
