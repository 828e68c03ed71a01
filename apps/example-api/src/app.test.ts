import { testApi, type TestApi } from './testing.js';

describe('the application from outside', () => {
  let api: TestApi;
  beforeAll(async () => { api = await testApi(); });
  afterAll(() => api[Symbol.asyncDispose]());
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(api.url + path, { headers });

  test.each(['/api/v1/ping', '/api/v2/ping', '/api/ping'])('%s answers', async (path) => {
    const response = await get(path);
    expect([response.status, await response.json()]).toEqual([200, { code: 'OK', message: 'OK', data: { pong: true } }]);
  });

  test.each([['v2', undefined], ['2', undefined], ['v1', '@1780272000'], ['1', '@1780272000']])('X-API-Version: %s decides where the path does not', async (version, deprecation) => {
    const response = await get('/api/ping', { 'x-api-version': version });
    expect([response.status, response.headers.get('deprecation') ?? undefined, response.headers.get('vary')]).toEqual([200, deprecation, 'X-API-Version']);
  });

  test('without a version the default one answers, and v1 says when it ends', async () => {
    const { headers } = await get('/api/ping');
    expect([headers.get('deprecation'), headers.get('sunset'), headers.get('link')]).toEqual(['@1780272000', 'Fri, 31 Dec 2027 00:00:00 GMT', expect.stringContaining('successor-version')]);
  });

  test('a request keeps its id if it is a decent one, and gets one if not', async () => {
    expect((await get('/api/v1/ping', { 'x-request-id': 'order-42' })).headers.get('x-request-id')).toBe('order-42');
    expect((await get('/api/v1/ping', { 'x-request-id': 'a b' })).headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });

  test.each(['live', 'ready', 'startup'])('/health/%s passes, and is no limited address', async (probe) => {
    const response = await get(`/health/${probe}`);
    expect([response.status, response.headers.get('content-type'), response.headers.get('ratelimit'), await response.json()]).toEqual([200, 'application/health+json', null, expect.objectContaining({ status: 'pass' })]);
  });

  test('every version has its document, and a page shows them', async () => {
    for (const version of ['v1', 'v2']) {
      const document = await (await get(`/api/${version}/openapi.json`)).json() as { openapi: string; paths: Record<string, object> };
      expect([document.openapi, Object.keys(document.paths)]).toEqual(['3.1.0', expect.arrayContaining(['/ping', '/products', '/products/{id}', '/products/{id}/stock'])]);
    }
    const page = await get('/docs');
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('/api/v2/openapi.json')]);
  });

  test('readiness ends with the stop, while liveness stays until the end', async () => {
    const { app, url } = await testApi({ SHUTDOWN_DELAY_SECONDS: 1 });
    const stopping = app.stop();
    expect((await fetch(`${url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect((await fetch(`${url}/api/v1/ping`)).status).toBe(200);
    await stopping;
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });

  test('too many requests are told to wait, and 0 turns that off', async () => {
    await using limited = await testApi({ RATE_LIMIT_MAX: 2 });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await fetch(`${limited.url}/api/v1/ping`)).status);
    expect(statuses).toEqual([200, 200, 429]);
    await using open = await testApi({ RATE_LIMIT_MAX: 0 });
    expect((await fetch(`${open.url}/api/v1/ping`)).headers.get('ratelimit')).toBeNull();
  });

});
