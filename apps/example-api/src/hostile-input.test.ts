import { connect } from 'node:net';
import { actAs, testApi, type TestApi } from './testing.js';
import { UserService } from './user/user.service.js';
import { Email } from './user/email.js';

/** Bytes as no client would send them, and all that comes back until the connection ends. */
const talk = (port: number, bytes: string): Promise<string> => new Promise((resolve, reject) => {
  let text = '';
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
  socket.on('data', (chunk) => { text += chunk.toString('latin1'); }).on('close', () => resolve(text)).on('error', reject);
});

const admin = actAs('root', 'admin');
const json = { 'content-type': 'application/json' };
const scripts = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', 'javascript:alert(1)', '</script><svg onload=alert(1)>', '\u202e<b>'];
const injections = ["' or '1'='1", "'; drop table users; --", "1); delete from products; --", '$1', '%', '_', '\\', "x' union select password_hash from user_credentials --", '\u0000'];

describe.each(['express', 'node'] as const)('hostile input, on %s', (HTTP_ENGINE) => {
  let api: TestApi;
  let user: { readonly id: string };
  beforeAll(async () => {
    api = await testApi({ HTTP_ENGINE, RATE_LIMIT_MAX: 0, SEED_PRODUCTS: 20 });
    user = await api.app.resolve(UserService).register({ email: Email.parse('ada@example.com'), password: 'difference engine', name: { given: 'Ada', family: '' } });
  });
  afterAll(() => api[Symbol.asyncDispose]());
  afterEach(async () => {
    expect(({} as any).polluted).toBeUndefined();
    expect((await send('GET', '/products')).body.data.total).toBeGreaterThanOrEqual(20);
    expect((await send('GET', `/users/${user.id}`, admin)).body.data.roles).toEqual(['user']);
  });

  async function send(method: string, path: string, headers: Record<string, string> = {}, body?: string | object): Promise<{ status: number; headers: Headers; text: string; body: any }> {
    const response = await fetch(`${api.url}/api/v2${path}`, { method, redirect: 'manual', headers: { ...headers, ...(body !== undefined && json) }, ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: text === '' ? undefined : JSON.parse(text) };
  }
  const innards = /select |insert |syntax error|relation|at .*\.(js|ts):\d|node_modules|\/src\/|pg_/i;

  test.each(injections)('%j is a text like any other wherever a text is asked for', async (text) => {
    const q = encodeURIComponent(text);
    const answers = await Promise.all([
      send('GET', `/products?q=${q}`), send('GET', `/products?category=${q}`), send('GET', `/products?sort=${q}`), send('GET', `/products?cursor=${q}`), send('GET', `/products/${q}`),
      send('GET', `/users?q=${q}`, admin), send('GET', `/orders/${q}`, admin), send('GET', `/audit-log?actor=${q}`, admin),
      send('POST', '/auth/login', {}, { email: text, password: text }), send('POST', '/products', admin, { name: text, category: 'tea', price: { amount: 1, currency: 'EUR' } }),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
    expect(answers.filter(({ text: said }) => innards.test(said.replaceAll(JSON.stringify(text.slice(0, 50)).slice(1, -1), '')))).toEqual([]);
  });

  test.each(scripts)('%j comes back as data and nothing else', async (text) => {
    const made = await send('POST', '/products', admin, { name: text, description: text, category: 'tea', price: { amount: 1, currency: 'EUR' } });
    const answers = [made, await send('GET', `/products?q=${encodeURIComponent(text)}`), await send('GET', `/${encodeURIComponent(text)}`), await send('GET', `/products?sort=${encodeURIComponent(text)}`, { accept: 'text/html' })];
    for (const { headers } of answers) {
      expect(headers.get('content-type')).toMatch(/^application\/(problem\+)?json/);
      expect([headers.get('x-content-type-options'), headers.get('content-security-policy')]).toEqual(['nosniff', expect.stringContaining("default-src 'none'")]);
    }
    expect(made.body.data.name).toBe(text);
  });

  test('nobody gives themself what is not asked for', async () => {
    const me = actAs(user.id);
    for (const more of [{ roles: ['admin'] }, { id: 'x' }, { version: 99 }, { created_at: '2020-01-01T00:00:00Z' }, { password_hash: 'x' }, { email: 'root@example.com' }]) {
      expect(await send('PATCH', '/me', me, { name: { given: 'Eve' }, ...more })).toMatchObject({ status: 400, body: { errors: [{ path: Object.keys(more)[0] }] } });
      expect(await send('POST', '/auth/register', {}, { email: 'eve@example.com', password: 'difference engine', name: { given: 'Eve' }, ...(Object.hasOwn(more, 'email') ? { is_admin: true } : more) })).toMatchObject({ status: 400 });
    }
    const [{ id: product }] = (await send('GET', '/products')).body.data.items;
    expect(await send('POST', '/orders', me, { items: [{ product_id: product, quantity: 1 }], customer_id: 'somebody', status: 'paid', total: { amount: 0, currency: 'EUR' } })).toMatchObject({ status: 400 });
  });

  test.each(['{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}', '{"name":{"__proto__":{"polluted":true},"given":"Eve"}}'])('%s pollutes nothing', async (body) => {
    for (const [method, path, headers] of [['PATCH', '/me', actAs(user.id)], ['POST', '/auth/register', {}], ['POST', '/products', admin], ['POST', '/orders', actAs(user.id)]] as const) {
      expect((await send(method, path, headers, body)).status).toBe(400);
    }
    expect((await send('GET', '/products?__proto__[polluted]=true')).status).toBe(400);
  });

  test.each([
    '//api/v2/users', '/api//v2/users', '/api/v2//users', '/api/v2/users;x=1', '/api/v2/;/users', '/api/v2/%75sers', '/api/v2/users%2f', '/api/v2/users/', '/API/V2/USERS', '/api/v2/Users',
    '/api/v2/./users', '/api/v2/x/../users', '/api/v2/%2e/users', '/api/v2/x/%2e%2e/users', '/api/v2/users%00', '/api/v2/users%20', '/api/v2\\users', '/api/v2/users?x=/../ping', 'http://evil.example/api/v2/users', '/api/v2/ping/../users', '/api/v2/users#',
  ])('%s leads nobody past a guard', async (target) => {
    const text = await talk(Number(new URL(api.url).port), `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(text).not.toContain('ada@example.com');
  });

  test('no answer leads anywhere else, whatever a request says of its host', async () => {
    for (const path of ['//evil.example', '/%2f%2fevil.example', '/docs?url=https://evil.example', '/api/v2/products', '/docs']) {
      const text = await talk(Number(new URL(api.url).port), `GET ${path} HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n`);
      expect(text.split('\r\n\r\n')[0]).not.toMatch(/evil\.example|^location:/im);
    }
    const made = await fetch(`${api.url}/api/v2/products`, { method: 'POST', headers: { ...admin, ...json, 'x-forwarded-host': 'evil.example' }, body: JSON.stringify({ name: 'Tea', category: 'tea', price: { amount: 1, currency: 'EUR' } }) });
    expect(made.headers.get('location')).toMatch(/^\/api\/v2\/products\//);
  });

  test('a header cannot be written into an answer', async () => {
    const text = await talk(Number(new URL(api.url).port), 'GET /api/v2/ping HTTP/1.1\r\nHost: x\r\nX-Request-Id: a%0d%0aSet-Cookie: x=1\r\nConnection: close\r\n\r\n');
    expect(text).not.toMatch(/^set-cookie/im);
  });
});
