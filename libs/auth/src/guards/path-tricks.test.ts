import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { Router, type Express } from 'express';
import fastify from 'fastify';
import { z } from 'zod';
import { contract, createDispatcher, implement, ok, route } from '@org/enterprise-http';
import { expressContracts } from '@org/enterprise-http/express';
import { fastifyContracts } from '@org/enterprise-http/fastify';
import { nodeServer } from '@org/enterprise-http/node';
import { versionSet } from '@org/enterprise-versioning';
import { rawRequest } from '../../test/raw-request.js';
import { testAuthenticator } from '../../test/token-scheme.js';
import { authenticate, requireAccess } from './express.js';
import { authentication, requireAccess as fastifyAccess } from './fastify.js';
import { createAuthorizer } from './http.js';
import { isPlainPath } from './plain-path.js';

const secret = 'the secret';

/** Ways to write `/<area>/secret` so that it might look like something else to a guard. */
const tricks = (area: string): string[] => {
  const encoded = `%${area.charCodeAt(0).toString(16)}${area.slice(1)}`;
  const plain = `/${area}/secret`;
  return [
    plain, `/${plain}`, `//${area}//secret`, `/${area}//secret`, `${plain}/`, `${plain}//`, `/${area.toUpperCase()}/SECRET`, `/${area}/Secret`, `/${area};x=1/secret`, `${plain};`, `${plain};.css`,
    `/;/${area}/secret`, `/${encoded}/secret`, `/${area}/%73ecret`, `/${area}%2fsecret`, `/${area}%2Fsecret`, `/${area}%5csecret`, `/${area}\\secret`, `/./${area}/secret`, `/${area}/./secret`, `/${area}/%2e/secret`,
    `/x/../${area}/secret`, `/x/%2e%2e/${area}/secret`, `/${area}/x/..%2fsecret`, `/x/..;/${area}/secret`, `${plain}%00`, `${plain}%20`, `${plain}%0a`, `${plain}?x=/public`, `${plain}?`, `${plain}#x`,
    `/%25${area.charCodeAt(0).toString(16)}${area.slice(1)}/secret`, `http://elsewhere.test${plain}`, `HTTP://elsewhere.test/${plain}`, `${plain}%zz`, `/${area}/secret.`, `/${area}/secret%2e`,
  ];
};

const folder = mkdtempSync(join(tmpdir(), 'path-tricks-'));
const closing: (() => Promise<unknown> | void)[] = [() => rmSync(folder, { recursive: true })];
afterAll(async () => { for (const close of closing) await close(); });
mkdirSync(join(folder, 'private'));
writeFileSync(join(folder, 'private', 'secret'), secret);

async function serve(app: Express): Promise<string> {
  const server = app.listen(0, '127.0.0.1');
  closing.push(() => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }));
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const guarded = (paths: 'plain' | 'any', mount: (app: Express) => void): Promise<string> => {
  const app = express();
  app.use(authenticate(testAuthenticator, { paths }));
  mount(app);
  return serve(app);
};
const read: express.RequestHandler = (_request, response) => { response.send(secret); };
const mounted = (app: Express): void => {
  app.use('/admin', requireAccess('admin:read'));
  app.get('/admin/secret', read);
  app.use('/', Router({ caseSensitive: false }).get('/admin/secret', read));
};
const files = (app: Express): void => {
  app.use('/private', requireAccess('admin:read'));
  app.use(express.static(folder));
};
const api = createDispatcher({
  versions: versionSet({ supported: ['v1'], default: 'v1' }), authenticator: testAuthenticator, authorizer: createAuthorizer(),
  routes: [implement(contract('admin', {
    one: route({ method: 'GET', path: '/admin/{name}', summary: 'x', access: 'admin:read', params: z.object({ name: z.string() }), returns: ok(z.string()) }),
  }), {}, () => ({ one: () => secret }))],
});

/** Where, the area, and how to start it. */
const places: readonly (readonly [string, string, () => Promise<string>])[] = [
  ['an Express route', 'admin', () => guarded('any', (app) => app.get('/admin/secret', requireAccess('admin:read'), read))],
  ['an Express route with a parameter', 'admin', () => guarded('any', (app) => app.get('/:area/:name', requireAccess('admin:read'), read))],
  ['an Express router', 'admin', () => guarded('any', (app) => app.use('/admin', Router().use(requireAccess('admin:read')).use(read)))],
  ['an Express guard mounted at a path', 'admin', () => guarded('plain', mounted)],
  ['an Express guard mounted in front of files', 'private', () => guarded('plain', files)],
  ['a Fastify route', 'admin', async () => {
    // As loose as its router can be; one of these options is missing in its types.
    const routerOptions = { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, caseSensitive: false, useSemicolonDelimiter: true };
    const app = fastify({ routerOptions });
    closing.push(() => app.close());
    await app.register(authentication(testAuthenticator));
    app.get('/admin/secret', { onRequest: fastifyAccess('admin:read') }, async () => secret);
    await app.register(async (inner) => { inner.addHook('preHandler', fastifyAccess('admin:read')); inner.get('/*', async () => secret); }, { prefix: '/admin' });
    return app.listen({ host: '127.0.0.1', port: 0 });
  }],
  ['a contract route', 'api/v1/admin', async () => {
    const server = nodeServer(api);
    closing.push(() => server.close());
    return (await server.listen({ host: '127.0.0.1', port: 0 })).url;
  }],
  ['a contract route within Express', 'api/v1/admin', () => serve(express().use(expressContracts(api)))],
  ['a contract route within Fastify', 'api/v1/admin', async () => {
    const app = fastify();
    closing.push(() => app.close());
    await app.register(fastifyContracts(api));
    return app.listen({ host: '127.0.0.1', port: 0 });
  }],
];

describe.each(places)('%s', (_where, area, start) => {
  let url: string;
  beforeAll(async () => { url = await start(); });

  test('is open to who may', async () => {
    expect(await rawRequest(url, `/${area}/secret`, ['Authorization: Bearer root'])).toMatchObject({ status: 200, body: expect.stringContaining(secret) });
  });

  test.each([[[]], [['Authorization: Bearer ada']]])('is closed to others, however its path is written (%j)', async (headers: string[]) => {
    const answers = [];
    for (const target of tricks(area)) answers.push({ target, ...await rawRequest(url, target, headers) });
    expect(answers.filter(({ status, body }) => status < 400 || body.includes(secret)).map(({ target, status }) => `${target} ${status}`)).toEqual([]);
    // The guard itself has answered at least the plain form, so the rest is not closed for some other reason alone.
    expect(answers[0]!.status).toBe(headers.length === 0 ? 401 : 403);
  });
});

test('without the check of paths, a guard mounted in front of files can be passed by', async () => {
  const url = await guarded('any', files);
  const passed = [];
  for (const target of tricks('private')) if ((await rawRequest(url, target)).body.includes(secret)) passed.push(target);
  expect(passed).toContain('/%70rivate/secret');
  const strict = await guarded('plain', files);
  for (const target of passed) expect(JSON.parse((await rawRequest(strict, target)).body)).toMatchObject({ code: 'AMBIGUOUS_PATH' });
});

describe('the plain form of a path', () => {
  test.each(['/', '/orders/o1', '/orders/o1/', '/a.b/c-d_e~f', '/a%20b/%C3%A4', '/@me', '/x:y', '/.well-known/jwks.json', '/a/..b', '/a?x=//../%2e', '/a#//', 'http://host/a', 'http://host:80', '*', '/a=b&c', '/%40me'])('%s is plain', (path) => {
    expect(isPlainPath(path)).toBe(true);
  });
  test.each(['//', '//a', '/a//b', '/a;b', '/a\\b', '/.', '/a/..', '/../a', '/%2e%2e/a', '/a%2Fb', '/a%5Cb', '/%61', '/%7A', '/%41', '/%30', '/%2d', '/%5f', '/%7e', '/%2561', '/a%00', '/%3B', 'http://host//a', 'http://host/a/../b'])('%s is not', (path) => {
    expect(isPlainPath(path)).toBe(false);
  });
  test('is what encodeURIComponent makes of anything that has no separator in it', () => {
    for (let code = 1; code < 0x250; code++) {
      const char = String.fromCharCode(code);
      if (!'/\\;%'.includes(char)) expect([code, isPlainPath(`/a/x${encodeURIComponent(char)}`)]).toEqual([code, true]);
    }
  });
  test('is found in linear time', () => {
    const before = performance.now();
    for (const long of ['/'.padEnd(100_000, 'a'), '/%'.repeat(50_000), '/.a'.repeat(30_000), `a${'+'.repeat(100_000)}`]) isPlainPath(long);
    expect(performance.now() - before).toBeLessThan(500);
  });
});
