import { addressOf, attack, password, type Answer } from './target.js';

const scripts = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '</script><svg/onload=alert(1)>', `javascript:alert(1)//'"`, '\\u003cscript\\u003ealert(1)\\u003c/script\\u003e', '&lt;script&gt;', '<iframe srcdoc="<script>alert(1)</script>">', '{{constructor.constructor("alert(1)")()}}', '\u202e<b onmouseover=alert(1)>'];
const cookieOf = ({ headers }: Answer): string => headers.get('set-cookie')!.split(';')[0]!;

attack('other sites', (target) => {
  const log = (headers: Record<string, string>) => target.send('POST', '/api/v2/auth/session', { headers, body: { email: addressOf('ada'), password } });
  const own = () => ({ 'sec-fetch-site': 'same-origin', origin: target.url });

  describe('a script', () => {
    test.each(scripts)('%s is stored and shown as data', async (text) => {
      target.changesData();
      const product = await target.send('POST', '/api/v2/products', { as: 'root', body: { name: text, description: text, category: text, price: { amount: 1, currency: 'EUR' } } });
      const user = await target.send('PATCH', '/api/v2/me', { as: 'eve', body: { name: { given: text.replaceAll(/\p{Cf}/gu, '') } } });
      for (const answer of [product, user, await target.send('GET', `/api/v2/products/${product.data.id}`, { headers: { accept: 'text/html' } }), await target.send('GET', '/api/v2/users', { as: 'root', headers: { accept: 'text/html,*/*' } })]) expectData(answer);
      expect([product.status, product.data.name]).toEqual([201, text]);
    });

    test.each(scripts)('%s comes back from no error page but as data', async (text) => {
      const q = encodeURIComponent(text);
      const places = [`/${q}`, `/docs/${q}`, `/docs/%2e%2e/${q}`, `/api/${q}`, `/api/v2/${q}`, `/api/v2/products/${q}`, `/api/v2/products?sort=${q}`, `/api/v2/products?${q}=1`, `/api/v9${q}/products`, `/.well-known/${q}`, `/health/${q}`];
      for (const accept of ['text/html', 'application/xhtml+xml', '*/*', 'image/svg+xml', text.replaceAll(/[^\x20-\x7e]/g, '')]) {
        for (const path of places) expectData(await target.send('GET', path, { headers: { accept } }));
      }
      for (const headers of [{ 'x-api-version': '<script>' }, { 'if-match': '"<script>"' }, { 'x-request-id': '<script>alert(1)</script>' }, { 'content-type': 'text/<script>' }, { authorization: 'Bearer <script>' }]) {
        const answer = await target.send('PATCH', '/api/v2/me', { headers: headers as Record<string, string>, body: text });
        expectData(answer);
        expect(answer.headers.get('x-request-id')).toMatch(/^[\w.-]+$/);
      }
      const lines = await target.raw(`GET /<script>alert(1)</script> HTTP/1.1\r\nHost: <script>\r\nConnection: close\r\n\r\n`);
      expect(lines).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(lines).toMatch(/^content-type: application\/json/im);
    });

    /** What a browser takes for data whatever is in it. */
    function expectData({ status, headers }: Answer): void {
      expect([status >= 500, headers.get('content-type'), headers.get('x-content-type-options'), headers.get('content-security-policy'), headers.get('x-frame-options')])
        .toEqual([false, expect.stringMatching(/^application\/(problem\+)?json(;|$)/), 'nosniff', expect.stringMatching(/^default-src 'none'/), 'DENY']);
    }
  });

  test('no answer is kept by caches, framed, or read by another site', async () => {
    for (const [path, as] of [['/api/v2/me', 'ada'], ['/api/v2/nowhere', undefined], ['/api/v2/users', undefined], ['/api/v2/me/api-keys', 'ada']] as const) {
      const { headers } = await target.send('GET', path, as ? { as } : {});
      expect([headers.get('cache-control'), headers.get('cross-origin-resource-policy'), headers.get('referrer-policy')]).toEqual([expect.stringMatching(/no-store|private/), 'same-origin', 'no-referrer']);
    }
  });

  test('the cookie is for this host, for HTTPS, and for no script', async () => {
    const [cookie, ...attributes] = (await log(own())).headers.get('set-cookie')!.split('; ');
    expect([cookie, attributes.sort()]).toEqual([expect.stringMatching(/^__Host-session=[\w-]{64}$/), ['HttpOnly', expect.stringMatching(/^Max-Age=\d+$/), 'Path=/', 'SameSite=Lax', 'Secure']]);
  });

  test.each([
    ['no word of where it comes from', {}], ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }], ['the same site, but another origin', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:1' }],
    ['an origin that begins like ours', { origin: 'URL.evil.example' }], ['an origin that ends like ours', { origin: 'http://evil-127.0.0.1' }], ['no origin at all', { origin: 'null' }], ['our host as a user', { origin: 'http://127.0.0.1@evil.example' }],
    ['our origin as the referrer alone', { referer: 'URL/docs' }], ['a host that a proxy is said to have', { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }],
  ] as [string, Record<string, string>][])('a request with the cookie and the token, and %s, changes nothing', async (_what, headers) => {
    const opened = await log(own());
    const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('URL', target.url)]));
    for (const [method, path, body] of [['PATCH', '/api/v2/me', { name: { given: 'Mallory' } }], ['POST', '/api/v2/me/api-keys', { name: 'x' }], ['PUT', '/api/v2/me/password', { current_password: password, new_password: 'mine from now on' }], ['DELETE', '/api/v2/auth/session', undefined], ['POST', '/api/v2/auth/logout', undefined], ['POST', '/api/v2/orders', { items: [] }]] as const) {
      expect([path, await target.send(method, path, { headers: { ...sent, cookie: cookieOf(opened), 'x-csrf-token': opened.data.csrf_token }, body })]).toMatchObject([path, { status: 403, code: 'CSRF_REJECTED' }]);
    }
    expect(await log(sent)).toMatchObject({ status: 403, code: 'CSRF_REJECTED' });
  });

  test('the token of one session is no other\'s, and comes in its header alone', async () => {
    const [mine, other] = [await log(own()), await log(own())];
    const rename = (headers: Record<string, string>, path = '/api/v2/me') => target.send('PATCH', path, { headers: { ...own(), cookie: cookieOf(mine), ...headers }, body: {} });
    expect((await rename({ 'x-csrf-token': mine.data.csrf_token })).status).toBe(200);
    const [random, signature] = mine.data.csrf_token.split('.');
    for (const token of [other.data.csrf_token, '', 'x', '.', `${random}.`, `.${signature}`, `${random}x.${signature}`, `${random}.${signature.slice(0, -1)}`, 'null', 'undefined']) expect([token, (await rename({ 'x-csrf-token': token })).code]).toEqual([token, 'CSRF_REJECTED']);
    for (const [headers, path] of [[{ 'x-xsrf-token': mine.data.csrf_token }], [{ cookie: `${cookieOf(mine)}; csrf_token=${mine.data.csrf_token}` }], [{}, `/api/v2/me?csrf_token=${mine.data.csrf_token}`]] as const) expect((await rename(headers as Record<string, string>, path)).code).toBe('CSRF_REJECTED');
  });

  test('what a form can send without being asked about is no request', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain;application/json', '']) {
      for (const [path, as] of [['/api/v2/auth/login', undefined], ['/api/v2/auth/session', undefined], ['/api/v2/orders', 'ada']] as const) {
        expect([type, (await target.send('POST', path, { ...(as && { as }), headers: { ...own(), 'content-type': type }, body: JSON.stringify({ email: addressOf('ada'), password }) })).status]).toEqual([type, 415]);
      }
    }
    // And nothing that changes is a GET.
    for (const path of ['/api/v2/auth/logout', '/api/v2/auth/login']) expect((await target.send('GET', path, { as: 'ada' })).status).toBe(405);
  });

  test.each(['https://evil.example', 'null', 'http://localhost', 'https://127.0.0.1', 'file://', 'https://app.example.com.evil.example', 'https://app.example.com:8443', 'http://app.example.com', 'https://APP.example.com', 'https://app.example.com/', 'https://xapp.example.com'])('the origin %s may read nothing', async (origin) => {
    const asked = { origin, 'access-control-request-method': 'DELETE', 'access-control-request-headers': 'authorization,x-csrf-token' };
    for (const [method, headers] of [['OPTIONS', asked], ['GET', { origin }]] as const) {
      for (const path of ['/api/v2/products', '/api/v2/me', '/api/v2/nowhere', '/docs']) expect([...(await target.send(method, path, { headers: { ...headers } })).headers.keys()].filter((name) => name.startsWith('access-control-allow'))).toEqual([]);
    }
  });

  test('an origin that may, may with no cookie', async () => {
    const { headers } = await target.send('GET', '/api/v2/products', { headers: { origin: 'https://app.example.com' } });
    expect([headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials'), headers.get('vary')]).toEqual(['https://app.example.com', null, expect.stringContaining('Origin')]);
  });

  test('no answer leads to another site', async () => {
    const evil = 'evil.example';
    const heads = [`Host: ${evil}`, `Host: x\r\nX-Forwarded-Host: ${evil}`, `Host: x\r\nForwarded: host=${evil}`, `Host: ${evil}:80@x`, `Host: x\r\nX-Original-Host: ${evil}`];
    for (const path of ['/', `//${evil}`, `//${evil}/docs/`, `/%2f%2f${evil}`, `/\\${evil}`, `/docs/?next=//${evil}`, '/docs/', `/docs//${evil}`, `/docs?redirect=https://${evil}`, '/api', '/api/', `http://${evil}/docs/`, `/docs/;@${evil}`]) {
      for (const head of heads) {
        const [top = ''] = (await target.raw(`GET ${path} HTTP/1.1\r\n${head}\r\nConnection: close\r\n\r\n`)).split('\r\n\r\n');
        const location = /^location: (.*)$/im.exec(top)?.[1];
        expect([path, head, location === undefined || location === '../docs', top.includes(evil)]).toEqual([path, head, true, false]);
      }
    }
    target.changesData();
    const made = await target.send('POST', '/api/v2/products', { as: 'root', headers: { 'x-forwarded-host': evil, 'x-forwarded-proto': 'https' }, body: { name: `//${evil}`, category: 'tea', price: { amount: 1, currency: 'EUR' } } });
    expect(made.headers.get('location')).toBe(`/api/v2/products/${made.data.id}`);
  });
}, { CORS_ORIGINS: ['https://app.example.com'] });
