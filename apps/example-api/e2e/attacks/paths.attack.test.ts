import { attack } from './target.js';
import { harmless, surfaceOf, type Open } from './surface.js';

/** Ways to write an address that something in front of a guard might read differently from what is behind it. */
const tricks: readonly (readonly [what: string, write: (path: string) => string])[] = [
  ['a slash twice', (path) => path.replace(/\/(?=[^/]+$)/, '//')],
  ['slashes twice at the start', (path) => `/${path}`],
  ['slashes twice everywhere', (path) => path.replaceAll('/', '//')],
  ['a slash at the end', (path) => `${path}/`],
  ['a parameter of the path', (path) => `${path};a=b`],
  ['a parameter in the middle', (path) => path.replace('/api/', '/api;a=b/')],
  ['a semicolon as a step', (path) => path.replace('/api/', '/api/;/')],
  ['a dot as a step', (path) => path.replace('/api/', '/api/./')],
  ['an encoded dot as a step', (path) => path.replace('/api/', '/api/%2e/')],
  ['steps up', (path) => path.replace('/api/', '/api/v2/ping/../../')],
  ['encoded steps up', (path) => path.replace('/api/', '/api/v2/ping/%2e%2e/%2e%2e/')],
  ['steps up with semicolons', (path) => path.replace('/api/', '/api/v2/ping/..;/..;/')],
  ['steps up out of the public', (path) => `/docs/..${path}`],
  ['steps up out of the public, encoded twice', (path) => `/docs/%252e%252e${path}`],
  ['an encoded slash', (path) => path.replace(/\/(?=[^/]+$)/, '%2f')],
  ['an encoded slash at the end', (path) => `${path}%2f`],
  ['a backslash', (path) => path.replace(/\/(?=[^/]+$)/, '\\')],
  ['an encoded backslash', (path) => path.replace(/\/(?=[^/]+$)/, '%5c')],
  ['an encoded letter', (path) => path.replace(/[a-z](?=[^/]*$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)],
  ['a letter encoded twice', (path) => path.replace(/[a-z](?=[^/]*$)/, (letter) => `%25${letter.charCodeAt(0).toString(16)}`)],
  ['capitals', (path) => path.toUpperCase()],
  ['a capital', (path) => path.replace(/[a-z](?=[^/]*$)/, (letter) => letter.toUpperCase())],
  ['a capital in the version', (path) => path.replace(/\/v(?=\d)/, '/V')],
  ['an overlong slash', (path) => path.replace(/\/(?=[^/]+$)/, '%c0%af')],
  ['a slash of full width', (path) => path.replace(/\/(?=[^/]+$)/, '%ef%bc%8f')],
  ['a NUL at the end', (path) => `${path}%00`],
  ['a NUL and the end of a picture', (path) => `${path}%00.png`],
  ['the end of a picture', (path) => `${path}.png`],
  ['the end of a style sheet, as a step', (path) => `${path}/x.css`],
  ['a blank', (path) => `${path}%20`],
  ['a tab', (path) => `${path}%09`],
  ['a line break', (path) => `${path}%0a`],
  ['a hash', (path) => `${path}#`],
  ['an encoded question mark', (path) => `${path}%3f`],
  ['an address of another host', (path) => `http://evil.example${path}`],
  ['a host in front', (path) => `//evil.example${path}`],
  ['a user in front', (path) => `http://root@127.0.0.1${path}`],
  ['a query that looks public', (path) => `${path}?/docs`],
  ['a broken encoding', (path) => `${path}%`],
  ['the version left out', (path) => path.replace(/\/v\d/, '')],
  ['the version as a query', (path) => `${path.replace(/\/v\d/, '')}?version=v1`],
];

/** Headers by which some servers let a request mean another one. */
const overrides = ['X-HTTP-Method-Override: GET', 'X-HTTP-Method: GET', 'X-Method-Override: GET', 'X-Original-URL: /api/v2/ping', 'X-Rewrite-URL: /api/v2/ping', 'X-Forwarded-Prefix: /docs', 'X-Forwarded-Path: /docs', 'X-Forwarded-Proto: https', 'X-Original-Method: OPTIONS', 'X-Forwarded-For: 127.0.0.1', 'X-Real-IP: 127.0.0.1', 'X-Forwarded-Host: localhost', 'Forwarded: for=127.0.0.1;host=localhost', 'X-User-Id: root', 'X-Roles: admin', 'X-Forwarded-User: root', 'Remote-User: root', 'X-Authenticated-User: root', 'Referer: http://localhost/docs', 'Range: bytes=0-10', 'Connection: close, Authorization', 'X-API-Version: v1, v2'];

attack('paths', (target) => {
  const guarded = (): readonly Open[] => surfaceOf(target.api).filter(({ isPublic }) => !isPublic);
  const bytes = (method: string, path: string, headers: readonly string[] = [], body = ''): string =>
    `${method} ${path} HTTP/1.1\r\n${['Host: x', 'Connection: close', 'Content-Type: application/json', 'If-Match: *', `Content-Length: ${body.length}`, ...headers].map((line) => `${line}\r\n`).join('')}\r\n${body}`;
  const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1]);

  /** Every guarded route in this spelling, by callers who may not have it; what was not refused. */
  async function reached(write: (path: string) => string, more: readonly string[] = [], verb = (method: string): string => method): Promise<readonly string[]> {
    const answers = await Promise.all(guarded().map(async (route) => {
      const { method, path, body } = harmless(route);
      const text = await target.raw(bytes(verb(method), write(path), more, body && JSON.stringify(body)));
      return { route: `${method} ${path}`, status: statusOf(text), text };
    }));
    expect(answers.length).toBeGreaterThan(40);
    return answers.filter(({ status, text }) => !(status >= 400 && status < 500) || text.includes('@example.com')).map(({ route, status }) => `${route}: ${status}`);
  }

  test('what is guarded is refused as it is written', async () => {
    expect(await reached((path) => path)).toEqual([]);
  });

  test.each(tricks)('%s leads nobody past a guard', async (_what, write) => {
    expect(await reached(write)).toEqual([]);
  });

  test.each(overrides)('%s makes a request nothing else than it is', async (header) => {
    // A header that names hop-by-hop fields replaces the one of the request.
    expect(await reached((path) => path, [header])).toEqual([]);
    const post = await target.raw(bytes('POST', '/api/v2/ping', [header]));
    expect(statusOf(post)).toBe(header.includes('X-API-Version') ? 400 : 405);
  });

  test.each(['HEAD', 'TRACE', 'PROPFIND', 'get', 'GET\t', 'QUERY'])('the method %s is no way around a guard', async (method) => {
    // What everybody may GET has a HEAD for everybody.
    const open = new Set(surfaceOf(target.api).filter((route) => route.isPublic && route.method === 'GET').map((route) => harmless(route).path));
    expect((await reached((path) => path, [], () => method)).filter((found) => !open.has(/^\S+ (\S+):/.exec(found)![1]!))).toEqual([]);
  });

  test('who may have some of it has no more of it by another spelling', async () => {
    const headers = { as: 'eve' } as const;
    const secrets = ['/api/v2/users', `/api/v2/users/${target.idOf('root')}`, '/api/v2/audit-log'];
    for (const path of secrets) {
      expect((await target.send('GET', path, headers)).status).toBe(403);
      for (const [what, write] of tricks) {
        const written = write(path);
        if (written.startsWith('http') || written.includes('#') || written.includes('\\')) continue; // no client sends these
        const { status, text } = await target.send('GET', written.startsWith('//') ? `/.${written}` : written, headers);
        expect([what, path, status >= 400 && status < 500, text.includes('root@example.com')]).toEqual([what, path, true, false]);
      }
    }
  });

  test('what is served from files is what is there to be served', async () => {
    const names = ['/docs/../package.json', '/docs/%2e%2e/%2e%2e/package.json', '/docs/..%2f..%2f..%2fetc%2fpasswd', '/docs/....//....//etc/passwd', '/docs/%c0%ae%c0%ae/etc/passwd', '/docs//etc/passwd', '/docs/swagger-ui-bundle.js', '/.env', '/.data/encryption.keys', '/.git/config', '/package.json', '/dist/main.js', '/.well-known/../.env'];
    for (const name of names) {
      const text = await target.raw(bytes('GET', name));
      // 400 for what is no UTF-8.
      expect([name, statusOf(text)]).toEqual([name, name.includes('%c0') ? 400 : 404]);
    }
  });

  test('two requests in one are two, each with its own guard', async () => {
    const smuggled = 'GET /api/v2/users HTTP/1.1\r\nHost: x\r\n\r\n';
    for (const head of [['Content-Length: 0', 'Transfer-Encoding: chunked'], ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], ['Transfer-Encoding: xchunked'], ['Content-Length: 0', `Content-Length: ${smuggled.length}`], ['Transfer-Encoding : chunked'], [' Content-Length: 5']]) {
      const text = await target.raw(`POST /api/v2/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${head.join('\r\n')}\r\n\r\n0\r\n\r\n${smuggled}`);
      expect([head, text]).toEqual([head, expect.not.stringMatching(/@example\.com|HTTP\/1\.1 200/)]);
    }
  });
});
