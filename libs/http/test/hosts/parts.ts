import { setTimeout as wait } from 'node:timers/promises';
import { currentContext, defineError } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract, createDispatcher, created, events, evolve, file, implement, ok, PreconditionFailed, reply, route, type CreateDispatcherOptions, type Dispatcher } from '../../src/index.js';
import { requestId } from '../../src/middleware/index.js';
import { bodySchema } from '../../src/special-body.js';

const PartUnknown = defineError('PART_UNKNOWN', { kind: 'missing', title: 'There is no such part.', details: z.object({ id: z.string() }) });

const Part = z.object({ id: z.string(), name: z.string(), size: z.number(), version: z.int() });
const params = z.object({ id: z.string().max(200) });
const NewPart = z.object({ id: z.string(), name: z.string(), size: z.number(), notes: z.record(z.string(), z.string()).optional() });
const counted = bodySchema<number>({
  types: ['application/octet-stream'],
  schema: () => ({ type: 'string', format: 'binary' }),
  async read({ request }, limit) {
    let size = 0;
    for await (const chunk of request.body.stream()) {
      size += chunk.length;
      if (size > limit) break;
    }
    return size;
  },
});

const getV1 = route({ method: 'GET', path: '/parts/{id}', summary: 'Get', access: 'public', params, errors: [PartUnknown], returns: ok(Part.omit({ size: true }), { etag: 'version' }) });

export const partsContract = contract('parts', {
  ping: route({ method: 'GET', path: '/ping', summary: 'Ping', access: 'public', returns: ok(z.object({ request_id: z.string(), address: z.string() })) }),
  get: evolve(getV1, { since: 'v2', returns: ok(Part, { etag: 'version' }) }, { downgrade: ({ size: _, ...part }) => part }),
  add: route({ method: 'POST', path: '/parts', summary: 'Add', access: 'public', body: NewPart, returns: created(Part, { location: '/parts/{id}' }), limits: { body: 100_000 } }),
  put: route({ method: 'PUT', path: '/parts/{id}', summary: 'Put', access: 'public', params, ifMatch: 'required', body: NewPart.pick({ name: true }), returns: ok(Part, { etag: 'version' }), errors: [PreconditionFailed] }),
  find: route({
    method: 'GET', path: '/search', summary: 'Find', access: 'public',
    query: z.object({ q: z.string().max(100).optional(), page: z.int().positive().optional(), tag: z.array(z.string()).optional() }),
    returns: ok(z.object({ q: z.string().optional(), page: z.int().optional(), tag: z.array(z.string()).optional() })),
  }),
  download: route({ method: 'GET', path: '/download', summary: 'Download', access: 'public', query: z.object({ chunks: z.int() }), returns: file('application/octet-stream') }),
  blob: route({ method: 'GET', path: '/blob', summary: 'A large answer at once', access: 'public', returns: file('application/octet-stream') }),
  broken: route({ method: 'GET', path: '/broken', summary: 'Breaks off', access: 'public', returns: file('text/plain') }),
  ticks: route({ method: 'GET', path: '/ticks', summary: 'Ticks', access: 'public', returns: events(z.object({ n: z.int() })) }),
  upload: route({ method: 'POST', path: '/upload', summary: 'Upload', access: 'public', body: counted, limits: { body: 1_000_000_000 }, returns: ok(z.object({ size: z.int() })) }),
  peek: route({ method: 'POST', path: '/peek', summary: 'Reads the beginning of a body', access: 'public', body: counted, limits: { body: 1_000 }, returns: ok(z.object({ size: z.int() })) }),
  slow: route({ method: 'GET', path: '/slow', summary: 'Slow', access: 'public', query: z.object({ ms: z.int() }), returns: ok(z.object({ request_id: z.string() })) }),
  patient: route({ method: 'GET', path: '/patient', summary: 'Waits for its client to leave', access: 'public', returns: ok(z.object({})) }),
  header: route({ method: 'GET', path: '/header', summary: 'Repeats a value in a header', access: 'public', query: z.object({ value: z.string() }), returns: ok(z.object({})) }),
  crash: route({ method: 'GET', path: '/crash', summary: 'Crash', access: 'public', returns: ok(z.object({})) }),
});

export const chunk = new Uint8Array(64 * 1024).fill(120);
export const secret = 'password=hunter2 at postgres://10.0.0.7';

/** What the handlers have seen; made anew for each dispatcher. */
export interface Seen {
  /** Chunks that a download has produced. */
  produced: number;
  /** Streams and handlers that were told that their client has left. */
  readonly left: string[];
}

export interface Parts { readonly dispatcher: Dispatcher; readonly seen: Seen }

/** A dispatcher that every host is tried with. */
export function parts(options: Partial<CreateDispatcherOptions> = {}): Parts {
  const seen: Seen = { produced: 0, left: [] };
  const untilLeft = (signal: AbortSignal): Promise<void> => new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
  const routes = implement(partsContract, {}, () => ({
    async ping() {
      await wait(1);
      return { request_id: currentContext()?.requestId ?? 'none', address: '' };
    },
    get({ params: { id } }) {
      if (id === 'missing') throw new PartUnknown({ id });
      return { id, name: 'bolt', size: 1.5, version: 7 };
    },
    add: ({ body: { id, name, size } }) => ({ id, name, size, version: 1 }),
    async put({ params: { id }, body: { name }, expectedVersion }) {
      if (expectedVersion !== undefined && expectedVersion !== '7') throw new PreconditionFailed();
      return { id, name, size: 1, version: 8 };
    },
    find: ({ query }) => query,
    download: ({ query: { chunks } }) => ({
      filename: 'parts.bin',
      body: (async function* () {
        try {
          for (let i = 0; i < chunks; i++) {
            seen.produced += 1;
            yield chunk;
          }
        } finally {
          seen.left.push('download');
        }
      })(),
    }),
    blob: () => ({ body: new Uint8Array(20_000_000) }),
    broken: () => ({ body: (async function* () { yield 'begun'; await wait(20); throw new Error(secret); })() }),
    ticks: ({ signal }) => (async function* () {
      for (let n = 1; n <= 2; n++) yield { n };
      await untilLeft(signal);
      seen.left.push('ticks');
    })(),
    upload: ({ body }) => ({ size: body as number }),
    peek: ({ body }) => ({ size: body as number }),
    async slow({ query: { ms } }) {
      await wait(ms);
      return { request_id: currentContext()?.requestId ?? 'none' };
    },
    async patient({ signal }) {
      await untilLeft(signal);
      seen.left.push('patient');
      return {};
    },
    header: ({ query: { value } }) => reply({}, { headers: { 'X-Echo': value } }),
    crash() { throw new Error(secret); },
  }));
  const dispatcher = createDispatcher({
    versions: versionSet({ supported: ['v1', 'v2'], default: 'v1' }),
    routes: [routes],
    middleware: [requestId(), { name: 'address', answer: (exchange, answer) => { answer.headers.push('X-Seen-Address', exchange.remoteAddress); } }],
    ...options,
  });
  return { dispatcher, seen };
}
