import supertest from 'supertest';
import { shop } from '../../test/shop.js';
import { nodeServer } from '../hosts/node.js';
import type { CreateDispatcherOptions } from '../index.js';
import { openApiRoutes, type OpenApiRoutesOptions } from './index.js';

const info = { title: 'Shop' };
const serving = (options: Partial<OpenApiRoutesOptions> = {}, rest: Partial<CreateDispatcherOptions> = {}) =>
  supertest(nodeServer(shop({ plain: (served) => openApiRoutes(served, { info, ...options }), ...rest })).server);

describe('the documents', () => {
  test('are served beside the API, one a version', async () => {
    const http = serving();
    const v1 = await http.get('/api/v1/openapi.json').expect(200).expect('Content-Type', 'application/json; charset=utf-8').expect('Cache-Control', 'no-cache');
    const v2 = await http.get('/api/v2/openapi.json').expect(200);
    expect(v1.body).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/api/v1' }] });
    expect(v2.body).toMatchObject({ servers: [{ url: '/api/v2' }] });
    expect(v2.body.paths).not.toHaveProperty('/openapi.json');
  });

  test('are not sent again to who has them', async () => {
    const http = serving();
    const { headers } = await http.get('/api/v2/openapi.json');
    const again = await http.get('/api/v2/openapi.json').set('If-None-Match', headers['etag']!).expect(304);
    expect(again.text).toBe('');
    expect(again.headers['etag']).toBe(headers['etag']);
    await http.get('/api/v1/openapi.json').set('If-None-Match', headers['etag']!).expect(200);
  });

  test('are compressed for who can read that, as a representation with a tag of its own', async () => {
    const http = serving();
    const plain = await http.get('/api/v2/openapi.json').set('Accept-Encoding', 'identity').expect('Vary', /Accept-Encoding/);
    const zipped = await http.get('/api/v2/openapi.json').set('Accept-Encoding', 'gzip');
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(zipped.headers['etag']).not.toBe(plain.headers['etag']);
    expect(Number(zipped.headers['content-length'])).toBeLessThan(Number(plain.headers['content-length']) / 5);
    expect(zipped.body).toEqual(plain.body);
  });

  test('can be elsewhere, and for some callers alone', async () => {
    const http = serving({ path: ({ name }) => `/documents/${name}`, access: 'authenticated' }, {
      authenticator: { authenticate: (credentials) => (credentials.header('x-me') === undefined ? undefined : { kind: 'user', id: 'me', permissions: new Set() } as never) },
    });
    await http.get('/documents/v1').expect(401);
    await http.get('/documents/v1').set('X-Me', 'yes').expect(200).expect('Cache-Control', 'private, no-cache');
    await http.get('/api/v1/openapi.json').expect(404);
  });
});
