import supertest from 'supertest';
import { shop } from '../../test/shop.js';
import { nodeServer } from '../hosts/node.js';
import { securityHeaders } from '../middleware/index.js';
import { docsRoutes, type DocsRoutesOptions } from './index.js';

const documents = [{ name: 'v2', url: '/api/v2/openapi.json' }, { name: 'v1', url: '/api/v1/openapi.json' }];
const serving = (options: Partial<DocsRoutesOptions> = {}) =>
  supertest(nodeServer(shop({ middleware: [securityHeaders()], plain: docsRoutes({ title: 'Shop', documents, ...options }) })).server);
const loaded = (html: string): string[] => [...html.matchAll(/<(?:script src|link rel="stylesheet" href)="([^"]+)"/g)].map(([, address]) => address!);

describe('the API reference page', () => {
  test('comes with a policy that allows no inline script or style, no eval and no other origin', async () => {
    const page = await serving().get('/docs').expect(200).expect('Content-Type', 'text/html; charset=utf-8').expect('Cache-Control', 'no-cache');
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(page.text).not.toMatch(/<style|style=|<script(?! src=)| on\w+=/);
  });

  test('lets requests go to the origins that are named, and to no others', async () => {
    const page = await serving({ connectTo: ['https://api.shop.test'] }).get('/docs');
    expect(page.headers['content-security-policy']).toContain("connect-src 'self' https://api.shop.test;");
  });

  test.each(['/docs', '/reference', '/internal/api/docs'] as const)('at %s loads its parts from below itself, and they may be kept for ever', async (path) => {
    const http = serving({ path });
    const { text } = await http.get(path);
    const parts = loaded(text);
    expect(parts).toHaveLength(3);
    for (const part of parts) {
      const address = new URL(part, `http://x${path}`).pathname;
      expect(address.startsWith(`${path}/`)).toBe(true);
      const { body, text: content = String(body), headers } = await http.get(address).expect(200).expect('Cache-Control', 'public, max-age=31536000, immutable').expect('X-Content-Type-Options', 'nosniff');
      expect(headers['content-type']).toBe(part.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8');
      const imported = /^@import url\('([^']+)'\)/.exec(content)?.[1];
      if (imported) await http.get(new URL(imported, `http://x${address}`).pathname).expect(200).expect('Content-Type', 'text/css; charset=utf-8');
    }
  });

  test('sends people with a slash too many to the right address', async () => {
    const { headers } = await serving({ path: '/internal/docs' }).get('/internal/docs/').expect(308);
    expect(new URL(headers['location']!, 'http://x/internal/docs/').pathname).toBe('/internal/docs');
  });

  test('escapes what it is given', async () => {
    const { text } = await serving({ title: '</title><script>1</script>', documents: [{ name: '"><b>', url: '/x?a="&b=<' }] }).get('/docs');
    expect(text).toContain('<title>&lt;/title&gt;&lt;script&gt;1&lt;/script&gt;</title>');
    expect(text).toContain('<a href="?version=%22%3E%3Cb%3E" data-document="/x?a=&quot;&amp;b=&lt;">&quot;&gt;&lt;b&gt;</a>');
  });

  test('may be for some callers alone; its parts say nothing', async () => {
    const http = serving({ access: 'authenticated' });
    await http.get('/docs').expect(401);
  });

  test('is not there unless its routes are', async () => {
    await supertest(nodeServer(shop()).server).get('/docs').expect(404);
  });

  test('cannot be made without a document, or at a path that ends with a slash', () => {
    expect(() => docsRoutes({ title: 'x', documents: [] })).toThrow('at least one document');
    expect(() => docsRoutes({ title: 'x', documents, path: '/docs/' })).toThrow('without a slash');
  });
});
