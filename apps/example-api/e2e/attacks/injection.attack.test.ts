import { attack, type Answer, type Target } from './target.js';
import { harmless, hostileTo, surfaceOf, type Hostile, type Open } from './surface.js';

const literal = [`' or '1'='1`, `x') or 1=1 --`, `'; drop table users; --`, `' union select password_hash from user_credentials --`, `$1`, `%`, `_`, `\\'`, `"`, `{{7*7}}`, `1e999`];
const texts = [`' or '1'='1`, `'; drop table users; --`, `'||pg_sleep(60)||'`, `$1%_\\'"`, `1e999`, `2147483648`, `a\0b`, 'a\r\nInjected: yes\r\n\r\n<script>', 'a%0d%0aInjected: yes', '\u560a\u560dInjected: yes'];
const tea = { name: 'Sencha', category: 'tea', price: { amount: 690, currency: 'EUR' }, stock: 5 };
/** Headers of which somebody makes something. */
const read = ['X-Request-Id', 'Origin', 'X-API-Version', 'Idempotency-Key', 'If-Match', 'If-None-Match', 'Authorization', 'X-API-Key', 'Cookie', 'User-Agent', 'Accept', 'Accept-Encoding', 'X-Forwarded-For', 'X-Forwarded-Host', 'Access-Control-Request-Headers', 'Traceparent', 'Range', 'Host'];

/** Sends it to every place of every route, as who may do everything. What is there to be changed is a product made for it. */
async function everywhere(target: Target, hostile: unknown): Promise<readonly (readonly [Hostile, Answer])[]> {
  const { data: victim } = await target.send('POST', '/api/v2/products', { as: 'root', body: tea });
  const idsOf = ({ path }: Open): Record<string, string> => (path.includes('/products/') ? { id: victim.id } : {});
  const answers: [Hostile, Answer][] = [];
  for (const route of surfaceOf(target.api)) {
    for (const request of hostileTo(route, hostile, idsOf(route))) answers.push([request, await target.send(request.method, request.path, { as: 'root', ...request })]);
  }
  return answers;
}

/** Who may do what, but for those who have registered meanwhile. */
async function people(target: Target): Promise<readonly string[]> {
  const { data } = await target.send('GET', '/api/v2/users?sort=email&page_size=100', { as: 'root' });
  return data.items.filter(({ email }: { email: string }) => !email.startsWith('somebody')).map(({ email, roles }: { email: string; roles: string[] }) => `${email} ${roles.join()}`);
}

attack('injection', (target) => {
  test.each(literal)('%j finds what holds it and nothing else', async (text) => {
    const q = encodeURIComponent(text);
    const found = [await target.send('GET', `/api/v2/products?category=${q}`), await target.send('GET', `/api/v2/audit-log?actor=${q}`, { as: 'root' })];
    expect(found.map(({ data }) => data.items)).toEqual([[], []]);
    for (const { name, description } of (await target.send('GET', `/api/v2/products?q=${q}`)).data.items) expect(`${name}\n${description}`).toContain(text);
  });

  test.each(texts)('%j is nothing but a text, in every place of every route and in no header', async (text) => {
    target.changesData();
    const before = await people(target);
    const answers = await everywhere(target, text);
    expect(answers.length).toBeGreaterThan(150);
    expect(answers.filter(([, { headers }]) => [...headers].some(([name, value]) => /injected/i.test(name + value)))).toEqual([]);
    expect(await people(target)).toEqual(before);
    expect((await target.send('GET', '/api/v2/products?page_size=1')).data.total).toBeGreaterThanOrEqual(6);
  });

  test('nothing of a sort becomes SQL', async () => {
    for (const sort of ['price;drop table users', '(select 1)', 'price,pg_sleep(60)', 'price desc nulls first', 'id', '"price"', 'password_hash', 'constructor', '__proto__', '-', '--price']) {
      expect(await target.send('GET', `/api/v2/products?sort=${encodeURIComponent(sort)}`)).toMatchObject({ status: 400, errors: [{ path: 'sort' }] });
    }
  });

  test('a cursor that was changed on its way is refused by every list', async () => {
    target.changesData();
    for (const name of ['Kyusu', 'Gaiwan']) {
      const { data: { id } } = await target.send('POST', '/api/v2/products', { as: 'root', body: { ...tea, name } });
      await target.send('POST', '/api/v2/orders', { as: 'ada', body: { items: [{ product_id: id, quantity: 1 }] } });
    }
    const lists = surfaceOf(target.api).filter(({ schemas: { query } }) => query && 'cursor' in (query as unknown as { shape: object }).shape);
    expect(lists.map(({ path }) => path).sort()).toEqual(['/api/v1/audit-log', '/api/v2/audit-log', '/api/v2/orders', '/api/v2/products', '/api/v2/users']);
    for (const { path } of lists) {
      const after = (cursor: string) => target.send('GET', `${path}?page_size=1&cursor=${encodeURIComponent(cursor)}`, { as: 'root' });
      const { data: { next_cursor: good } } = await target.send('GET', `${path}?page_size=1`, { as: 'root' });
      expect((await after(good)).status).toBe(200);
      const [print, key, id] = JSON.parse(Buffer.from(good, 'base64url').toString());
      const forged = [['x', id], [key, 'x'], [key, 7], [7, id], [key, `${id}' or '1'='1`], ['\0', '\0'], [true, false], ['+275760-09-13T00:00:00Z', id], [key], [key, id, id], [[key], id], [{ key }, id]];
      for (const parts of forged) expect([parts, (await after(Buffer.from(JSON.stringify([print, ...parts])).toString('base64url'))).status]).toEqual([parts, 400]);
      for (const rubbish of ['x', '[]', '..', `${good.slice(0, -2)}`, 'null', Buffer.from('{"__proto__":{}}').toString('base64url')]) expect((await after(rubbish)).status).toBe(400);
    }
  });

  test.each(read)('what is in %s comes back in no header of the answer', async (name) => {
    for (const value of ['a%0d%0aInjected: yes', 'a\tInjected: yes', 'a\u0085Injected: yes', '"><script>Injected</script>', 'Injected'.repeat(100)]) {
      const answer = await target.raw(`GET /api/v2/products HTTP/1.1\r\n${name === 'Host' ? '' : 'Host: x\r\n'}${name}: ${value}\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 [234]\d\d /);
      expect(answer.split('\r\n\r\n')[0]).not.toMatch(/injected/i);
    }
  });

  test.each(read)('nothing in %s keeps the server busy', async (name) => {
    for (const unit of ['a', 'a,', ' ', '\t', '=', ';', '"', '\\', 'a=b;', 'a/b;q=0.', '*/*,', '-', '%', '1.', '"a",W/', '::']) {
      const request = `GET /api/v2/products/x HTTP/1.1\r\n${name === 'Host' ? '' : 'Host: x\r\n'}${name}: a${unit.repeat(15_000 / unit.length)}!\r\nConnection: close\r\n\r\n`;
      const begun = process.cpuUsage();
      expect([unit, await target.raw(request)]).toEqual([unit, expect.stringMatching(/^HTTP\/1\.1 4\d\d /)]);
      const { user, system } = process.cpuUsage(begun);
      // A few milliseconds, as the server is in this process; of a pattern that tries every way, hours.
      expect([unit, user + system < 500_000]).toEqual([unit, true]);
    }
  });

  const polluting = ['{"__proto__":{"polluted":true}}', '{"\\u005f_proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}', '{"a":{"__proto__":{"polluted":true}}}', '[{"__proto__":{"polluted":true}}]', '{"name":{"__proto__":{"toString":1}}}'];
  test.each(polluting)('%s pollutes nothing, whatever route it is sent to', async (body) => {
    const answers = [];
    for (const route of surfaceOf(target.api).filter(({ schemas }) => schemas.body)) {
      const { method, path } = harmless(route);
      answers.push([`${method} ${path}`, (await target.send(method, path, { as: 'root', headers: { 'if-match': '*' }, body })).status]);
    }
    expect(answers.length).toBeGreaterThan(30);
    expect(answers.filter(([, status]) => status !== 400)).toEqual([]);
  });

  test.each(['__proto__[polluted]=1', '__proto__.polluted=1', 'constructor[prototype][polluted]=1', '__proto__=1', 'constructor=1', 'toString=1', 'a[__proto__][polluted]=1'])('the query %s is refused by every route', async (query) => {
    const answers = [];
    for (const route of surfaceOf(target.api)) {
      const { method, path, ...request } = harmless(route);
      // Who is not known is asked who they are first; log-ins would end in the middle.
      if (!/logout|\/auth\/session$/.test(path)) answers.push([`${method} ${path}`, (await target.send(method, `${path}?${query}`, { as: 'root', ...request })).status]);
    }
    expect(answers.filter(([, status]) => status !== 400)).toEqual([]);
  });
});
