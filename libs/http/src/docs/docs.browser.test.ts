import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { describeWithChromium, openChromium } from '../../../../tools/services/chromium.js';
import { implementations, shop } from '../../test/shop.js';
import { nodeServer } from '../hosts/node.js';
import { contract, implement, ok, route } from '../index.js';
import { securityHeaders } from '../middleware/index.js';
import { openApiRoutes } from '../openapi/index.js';
import { docsRoutes } from './index.js';

jest.setTimeout(60_000);

/** A contract written by someone who means harm; `dialog` and `window.harmed` are what must not happen. */
const harm = '<script>window.harmed=1</script><img src=x onerror="window.harmed=1"><a href="javascript:window.harmed=1">raw</a> [link](javascript:window.harmed=1) [data](data:text/html,<script>alert(1)</script>)';
const hostile = implement(contract('hostile', {
  attack: route({
    method: 'GET', path: '/attack', access: 'public', summary: `Attack ${harm}`, description: harm,
    query: z.object({ q: z.string().optional().describe(harm) }), returns: ok(z.object({ x: z.string().describe(harm) }), { description: harm, example: { x: harm } }),
  }),
}), {}, () => ({ attack: () => ({ x: harm }) }));

const documents = ['v2', 'v1'].map((name) => ({ name, url: `/api/${name}/openapi.json` }));
const info = { title: 'Shop', description: 'Everything that the **shop** does.', license: { name: 'MIT', identifier: 'MIT' } };
const tags = { products: 'What is sold.', orders: 'What was bought.' };

async function serve(routes = implementations, title = 'Shop API') {
  const dispatcher = shop({
    routes, middleware: [securityHeaders()],
    plain: (served) => [...openApiRoutes(served, { info, tags }), ...docsRoutes({ title, documents })],
  });
  const server = nodeServer(dispatcher);
  const { url } = await server.listen();
  return { origin: url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Opens a page that can reach nothing but the server, and writes down all that goes wrong in it. */
async function visit(origin: string) {
  const browser = await openChromium({ viewport: desk });
  const troubles: string[] = [];
  const { context } = browser;
  await context.route('**', (found) => {
    const url = found.request().url();
    if (url.startsWith(`${origin}/`)) return found.continue();
    troubles.push(`request to ${url}`);
    return found.abort();
  });
  await context.addInitScript(() => {
    const page = globalThis as unknown as { addEventListener(type: string, listener: (event: any) => void): void };
    page.addEventListener('securitypolicyviolation', (event) => console.error(`CSP ${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') troubles.push(`console: ${message.text()}`); });
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => { troubles.push(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
  page.on('response', (response) => { if (response.status() >= 400) troubles.push(`${response.status()} ${response.url()}`); });
  return { page, troubles, [Symbol.asyncDispose]: () => browser[Symbol.asyncDispose]() };
}

const desk = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };
const pictures = process.env['DOCS_PICTURES'] ?? mkdtempSync(join(tmpdir(), 'docs-'));
const picture = (page: Page, name: string): Promise<unknown> => page.screenshot({ path: join(pictures, `${name}.png`) });
const operation = (page: Page, summary: string) => page.locator('.opblock', { hasText: summary });

describeWithChromium('The API reference page in a browser', () => {
  test('shows both versions, loads nothing from elsewhere and breaks no policy', async () => {
    await using server = await serve();
    await using visitor = await visit(server.origin);
    const { page, troubles } = visitor;
    await page.goto(`${server.origin}/docs`);
    await operation(page, 'List products').waitFor();
    await operation(page, 'Place an order').waitFor();
    expect(await operation(page, 'All categories').count()).toBe(0); // v1 alone has it
    await picture(page, 'v2-light');

    await page.getByRole('link', { name: 'v1', exact: true }).click();
    await operation(page, 'All categories').waitFor();
    expect(await page.locator('nav [aria-current]').textContent()).toBe('v1');
    await picture(page, 'v1-light');
    expect(troubles).toEqual([]);
  });

  test('fits the reader, by day and by night, at a desk and on a phone', async () => {
    await using server = await serve();
    await using visitor = await visit(server.origin);
    const { page, troubles } = visitor;
    for (const [name, colorScheme, viewport] of [['light', 'light', desk], ['dark', 'dark', desk], ['phone', 'light', phone], ['phone-dark', 'dark', phone]] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await page.goto('about:blank');
      await page.goto(`${server.origin}/docs?version=v1#/orders/orders.place`); // a deep link opens its operation
      await page.locator('.opblock-body').waitFor();
      await page.locator('.opblock-body .response', { hasText: '409' }).first().waitFor();
      await picture(page, `open-${name}`);
      await page.locator('.opblock-body .response', { hasText: '409' }).first().scrollIntoViewIfNeeded();
      await picture(page, `answers-${name}`);

      const ink = await page.evaluate('getComputedStyle(document.querySelector(".opblock-summary-path__deprecated")).color');
      const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect([name, contrast(String(ink), String(paper)) > 7, await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), troubles]).toEqual([name, true, true, []]);
    }
  });

  test('tries an operation on the server that it came from', async () => {
    await using server = await serve();
    await using visitor = await visit(server.origin);
    const { page, troubles } = visitor;
    await page.goto(`${server.origin}/docs#/products/products.list`);
    await page.getByRole('button', { name: 'Try it out' }).click();
    await page.getByRole('button', { name: 'Execute' }).click();
    await page.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor();
    expect(await page.locator('.live-responses-table').textContent()).toContain('"name": "Tea"');
    await picture(page, 'tried');
    expect(troubles).toEqual([]);
  });

  test('runs nothing that a contract smuggles into its texts', async () => {
    await using server = await serve([hostile], `Shop ${harm}`);
    await using visitor = await visit(server.origin);
    const { page, troubles } = visitor;
    const unprotected = await page.context().newPage();
    await unprotected.setContent(harm);
    await unprotected.waitForFunction('window.harmed === 1'); // the attack is a real one
    await page.goto(`${server.origin}/docs?version=${encodeURIComponent(harm)}#/hostile/hostile.attack`);
    await page.locator('.opblock-body .response').first().waitFor();
    for (const link of await page.locator('main a, header a').all()) {
      expect(await link.getAttribute('href') ?? '#').not.toMatch(/^\s*(?:javascript|data|vbscript):/i);
    }
    for (const name of ['raw', 'link', 'data']) for (const link of await page.getByText(name, { exact: true }).all()) await link.dispatchEvent('click');
    await page.waitForTimeout(200);
    expect(await page.title()).toBe(`Shop ${harm}`);
    expect(await page.evaluate('window.harmed')).toBeUndefined();
    expect(await page.locator('main script, main [onerror], header script').count()).toBe(0);
    await picture(page, 'hostile');
    // The policy is what stops handlers that come alive while the renderer still cleans the text; the picture is on our origin.
    expect(troubles.filter((trouble) => !/script-src|404/.test(trouble))).toEqual([]);
  });

  test('shows its own documents only, whatever its address says', async () => {
    await using server = await serve();
    await using visitor = await visit(server.origin);
    const { page, troubles } = visitor;
    await page.goto(`${server.origin}/docs?url=https://evil.test/openapi.json&configUrl=https://evil.test/config.json&version=v9`);
    await operation(page, 'List products').waitFor();
    expect(await page.locator('nav [aria-current]').textContent()).toBe('v2');
    expect(troubles).toEqual([]);
  });
});

/** @see https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [r, g, b] = colour.match(/[\d.]+/g)!.slice(0, 3).map((part) => Number(part) / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}
