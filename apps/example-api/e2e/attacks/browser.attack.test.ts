import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { describeWithChromium, openChromium, type Browsing } from '../../../../tools/services/chromium.js';
import { testApi, type TestApi } from '../../src/testing.js';
import { password } from './target.js';

/** Serves one page, of somebody who means harm. */
async function siteOf(html: string) {
  const server = createServer((_, response) => { response.setHeader('content-type', 'text/html').end(html); }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const harm = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>';
const evil = 'https://evil.test/openapi.json';

describeWithChromium('in a browser', () => {
  let api: TestApi;
  let browser: Browsing;
  let page: Page;
  const troubles: string[] = [];
  beforeAll(async () => {
    api = await testApi({ RATE_LIMIT_MAX: 0, ADMIN_EMAIL: 'ada@example.com', ADMIN_PASSWORD: password }, { proof: true });
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await api?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await browser.context.clearCookies();
    page = await browser.context.newPage();
    page.on('dialog', (dialog) => { troubles.push(dialog.message()); void dialog.dismiss(); });
    troubles.length = 0;
  });
  afterEach(() => page.close());

  describe('the reference', () => {
    /** Nothing but the application is reached: what tries to gets the answer that it would like, and is written down. */
    const visit = async (address: string): Promise<void> => {
      await page.route('**', (found) => {
        const url = found.request().url();
        if (url.startsWith(`${api.url}/`)) return found.continue();
        troubles.push(url);
        return found.fulfill({ contentType: 'application/json', headers: { 'access-control-allow-origin': '*' }, body: JSON.stringify({ openapi: '3.1.0', info: { title: 'Evil', version: '1' }, paths: {} }) });
      });
      await page.goto(`${api.url}/docs${encodeURI(address)}`);
      await page.locator('.opblock').first().waitFor();
    };

    test.each([
      `?url=${evil}&configUrl=${evil}&urls.primaryName=${evil}&validatorUrl=${evil}&plugins=${evil}&layout=${harm}&oauth2RedirectUrl=javascript:window.harmed=1`,
      `?url=//evil.test/openapi.json&spec={"info":{"title":"Evil"}}&version=${harm}`, `?__proto__[url]=${evil}&constructor[prototype][url]=${evil}`, '#//evil.test/openapi.json', `#/products/${harm}`,
    ])('at %s shows its own document and runs nothing else', async (address) => {
      await visit(address);
      expect([await page.locator('.info .title').textContent(), await page.evaluate('window.harmed'), troubles]).toEqual([expect.stringContaining('Example API'), undefined, []]);
    });

    test('would run no script that came into it nevertheless', async () => {
      await visit('');
      const refused = await page.evaluate(async (html) => {
        const { document } = globalThis as any;
        const found = new Set<string>();
        const all = new Promise<void>((resolve) => {
          document.addEventListener('securitypolicyviolation', (event: any) => { if (found.add(`${event.effectiveDirective} ${event.blockedURI}`).size === 3) resolve(); });
        });
        document.body.insertAdjacentHTML('beforeend', html);
        for (const script of [{ textContent: 'window.harmed=1' }, { src: 'https://evil.test/x.js' }]) document.body.append(Object.assign(document.createElement('script'), script));
        await all;
        return [...found].sort();
      }, harm);
      expect(refused).toEqual(['script-src-attr inline', 'script-src-elem https://evil.test/x.js', 'script-src-elem inline']);
      expect([await page.evaluate('window.harmed'), troubles]).toEqual([undefined, []]);
    });

    test('is in no frame of another site', async () => {
      await using site = await siteOf(`<iframe src="${api.url}/docs"></iframe>`);
      const refused = page.waitForEvent('requestfailed', (request) => request.url() === `${api.url}/docs`);
      await page.goto(`http://127.0.0.1:${site.port}/`);
      expect((await refused).failure()).toEqual({ errorText: 'net::ERR_BLOCKED_BY_RESPONSE' });
    });
  });

  // To a browser another port of localhost is the same site, whose requests bring the cookie along; 127.0.0.1 is another one.
  test.each([['localhost', 403], ['127.0.0.1', 401]])('a page on another port of %s reads nothing of a visitor who is logged in, and changes nothing', async (host, refusal) => {
    const origin = api.url.replace('127.0.0.1', 'localhost');
    await page.goto(`${origin}/docs`);
    const call = (method: string, path: string, body?: object, token?: string): Promise<any> => page.evaluate(async (all: any) => {
      const headers = { ...(all.body && { 'content-type': 'application/json' }), ...(all.token && { 'x-csrf-token': all.token }) };
      const response = await fetch(all.path, { method: all.method, headers, ...(all.body && { body: JSON.stringify(all.body) }) });
      return (await response.json() as any).data;
    }, { method, path, body, token });
    const { csrf_token: token } = await call('POST', '/api/v2/auth/session', { email: 'ada@example.com', password });
    expect((await call('PATCH', '/api/v2/me', { name: { given: 'Ada' } }, token)).name.given).toBe('Ada');

    const logout = `${origin}/api/v2/auth/logout`;
    await using site = await siteOf(`<form id="f" method="post" enctype="text/plain" action="${logout}"><input name='{"a":"' value='"}'></form>`);
    await page.goto(`http://${host}:${site.port}/`);
    const attempt = (method: string, path: string, init: object): Promise<string> => page.evaluate(async ([url, all]: any) => {
      try {
        return await (await fetch(url, { credentials: 'include', ...all })).text();
      } catch { return 'not read'; }
    }, [`${origin}${path}`, { method, ...init }] as const);
    const opaque = { mode: 'no-cors' };
    const read = [
      await attempt('GET', '/api/v2/me', {}), await attempt('GET', '/api/v2/me', opaque), await attempt('GET', '/api/v2/auth/session', {}),
      await attempt('PATCH', '/api/v2/me', { headers: { 'content-type': 'application/json' }, body: '{"name":{"given":"Mallory"}}' }),
      await attempt('POST', '/api/v2/me/api-keys', { ...opaque, headers: { 'content-type': 'text/plain' }, body: '{"name":"mine"}' }), await attempt('POST', '/api/v2/auth/logout', opaque),
    ];
    expect(read).toEqual(Array(6).fill('not read'));
    const [answer] = await Promise.all([page.waitForResponse(logout), page.waitForURL(logout), page.evaluate(() => (globalThis as any).document.getElementById('f').submit())]);
    expect(answer.status()).toBe(refusal);

    await page.goto(`${origin}/docs`);
    const [me, keys] = [await call('GET', '/api/v2/me'), await call('GET', '/api/v2/me/api-keys')];
    expect([me.name.given, keys.items]).toEqual(['Ada', []]);
  });
});
