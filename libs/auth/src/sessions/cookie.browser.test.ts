import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isAppError, type Caller } from '@org/enterprise-kernel';
import { describeWithChromium, openChromium } from '../../../../tools/services/chromium.js';
import { newKey } from '../contract/session-fixture.js';
import type { RequestCredentials } from '../credentials.js';
import { keyRing } from '../crypto/key-ring.js';
import { cookieSessions } from './cookie.js';
import { sessions } from './create-sessions.js';
import { memoryRevocations } from './memory-revocations.js';
import { memorySessionStore } from './memory-session-store.js';

const headersOf = ({ headers, method = '', url = '', socket }: IncomingMessage): RequestCredentials =>
  ({ header: (name) => headers[name]?.toString(), method, path: url, remoteAddress: socket.remoteAddress ?? '' });

/** A site that is served over plain HTTP, as in development, and writes down who has ordered. */
async function site() {
  const keys = keyRing([newKey('k1')]);
  const revocations = memoryRevocations();
  const all = sessions({ store: memorySessionStore(), keys, revocations });
  const browser = cookieSessions({ sessions: all, keys, revocations, callerOf: ({ subject }): Caller => ({ id: subject, kind: 'user', roles: [], permissions: new Set() }) });
  const orders: string[] = [];
  const server = createServer((incoming, response) => {
    const request = headersOf(incoming);
    const secret = browser.scheme.read(request);
    const answer = async (): Promise<string> => {
      if (request.path === '/login') {
        const { setCookie, csrfToken } = await browser.open({ subject: 'ann' });
        response.setHeader('set-cookie', setCookie);
        return csrfToken;
      }
      if (request.path === '/logout') {
        response.setHeader('set-cookie', browser.clearCookie);
        return '';
      }
      const caller = secret === undefined ? undefined : await browser.scheme.verify(secret, request);
      if (request.method === 'POST') orders.push(caller?.id ?? 'without a cookie');
      return caller?.id ?? 'nobody';
    };
    answer().catch((error: unknown) => {
      if (!isAppError(error)) throw error;
      orders.push(JSON.stringify(error.details));
      return error.code;
    }).then((text) => {
      response.setHeader('content-type', 'text/html');
      response.end(text);
    }, (error: unknown) => response.destroy(error as Error));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, orders, async [Symbol.asyncDispose]() { server.closeAllConnections(); server.close(); await once(server, 'close'); } };
}

/** Another site, with a page that makes its visitor order at `target`. */
async function attacker(target: string) {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<form method="post" action="${target}"><button>Win</button></form>`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, async [Symbol.asyncDispose]() { server.closeAllConnections(); server.close(); await once(server, 'close'); } };
}

describeWithChromium('in a browser', () => {
  test('the cookie holds on http://localhost, and only pages of the site that have the token can use it', async () => {
    await using shop = await site();
    const origin = `http://localhost:${shop.port}`;
    await using evil = await attacker(`${origin}/orders`);
    await using chromium = await openChromium();
    const page = await chromium.context.newPage();
    await page.goto(origin);
    const send = (path: string, headers: Record<string, string> = {}): Promise<string> =>
      page.evaluate(async (all: readonly [string, Record<string, string>]) => (await fetch(all[0], { method: 'POST', headers: all[1] })).text(), [path, headers] as const);

    const token = await send('/login');
    expect(await chromium.context.cookies()).toMatchObject([{ name: '__Host-session', domain: 'localhost', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' }]);
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await send('/orders', { 'x-csrf-token': token })).toBe('ann');
    expect(await send('/orders')).toBe('CSRF_REJECTED');
    expect(shop.orders.splice(0)).toEqual(['ann', '{"reason":"token-missing"}']);

    // Another port is another origin of the same site: SameSite lets the cookie through.
    await page.goto(`http://localhost:${evil.port}`);
    await Promise.all([page.waitForURL(`${origin}/orders`), page.click('button')]);
    expect(shop.orders.splice(0)).toEqual(['{"reason":"cross-site"}']);
    // From another site the cookie does not come along.
    await page.goto(`http://127.0.0.1:${evil.port}`);
    await Promise.all([page.waitForURL(`${origin}/orders`), page.click('button')]);
    expect(shop.orders.splice(0)).toEqual(['without a cookie']);

    await page.goto(origin);
    expect(await page.textContent('body')).toBe('ann');
    await send('/logout');
    expect(await chromium.context.cookies()).toEqual([]);
  }, 60_000);
});
