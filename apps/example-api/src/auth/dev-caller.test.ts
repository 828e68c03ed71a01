import { loadConfig, overrides } from '@org/enterprise-config';
import { createContainer, provideValue } from '@org/enterprise-di';
import { noopLogger } from '@org/enterprise-kernel';
import { Authenticator } from '../authenticator.js';
import { Logger, Settings } from '../platform.js';
import { settings as definition } from '../settings.js';
import { actAs, testApi, type TestApi } from '../testing.js';
import { UserRepository } from '../user/user.repository.js';
import { devCaller } from './dev-caller.js';

const prod = { APP_ENV: 'prod', ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: 'correct horse' };
const load = (values: object) => loadConfig({ schema: definition.schema, sources: [overrides(values as Record<string, unknown>)] });

describe('where DEV_CALLER is on', () => {
  let api: TestApi;
  beforeAll(async () => { api = await testApi({ DEV_CALLER: true, ADMIN_PASSWORD: 'correct horse' }); });
  afterAll(() => api[Symbol.asyncDispose]());
  const get = async (path: string, headers: Record<string, string> = {}): Promise<{ status: number; challenge: string | null; body: any }> => {
    const response = await fetch(`${api.url}/api/v2${path}`, { headers });
    return { status: response.status, challenge: response.headers.get('www-authenticate'), body: await response.json() };
  };
  const admin = { 'x-dev-caller': 'Admin@example.com' };

  test('the header names the caller by address', async () => {
    expect(await get('/me', admin)).toMatchObject({ status: 200, body: { data: { email: 'admin@example.com', roles: ['admin'] } } });
    expect(await get('/users', admin)).toMatchObject({ status: 200, body: { data: { total: 1 } } });
  });

  test('who is nobody is not let in, not even where anybody is', async () => {
    for (const nobody of ['nobody@example.com', 'not an address', '']) {
      expect(await get('/ping', { 'x-dev-caller': nobody })).toMatchObject({ status: 401, challenge: 'DevCaller header="X-Dev-Caller"', body: { code: 'UNAUTHENTICATED' } });
    }
    expect(await get('/me')).toMatchObject({ status: 401 });
    expect(await get('/me', actAs('somebody', 'admin'))).toMatchObject({ status: 401 });
  });

  test('a change of roles counts at once', async () => {
    const post = async (path: string, method: string, body: object) => (await fetch(`${api.url}/api/v2${path}`, { method, headers: { ...admin, 'content-type': 'application/json' }, body: JSON.stringify(body) })).json() as Promise<any>;
    const { data: { id } } = await post('/auth/register', 'POST', { email: 'ada@example.com', password: 'correct horse', name: { given: 'Ada' } });
    const statuses = [];
    for (const roles of [['user'], ['admin'], ['user']]) {
      await post(`/users/${id}/roles`, 'PUT', { roles });
      statuses.push((await get('/users', { 'x-dev-caller': 'ada@example.com' })).status);
    }
    expect(statuses).toEqual([403, 200, 403]);
  });

  test('the API document says so', async () => {
    const document = await (await fetch(`${api.url}/api/v2/openapi.json`)).json() as any;
    expect(document.components.securitySchemes).toEqual({ devCaller: expect.objectContaining({ type: 'apiKey', in: 'header', name: 'X-Dev-Caller' }) });
  });
});

describe('in production', () => {
  test('the settings refuse DEV_CALLER, whatever says it', async () => {
    for (const on of [true, 'true', '1', 'on']) {
      await expect(load({ ...prod, DEV_CALLER: on })).rejects.toThrow(/DEV_CALLER .*not possible in prod/);
    }
    await expect(load(prod)).resolves.toMatchObject({ values: { DEV_CALLER: false } });
  });

  test.each([
    ['prod', true], ['prod', false], ['dev', false], ['test', false],
  ])('in %s, with DEV_CALLER %s all the same, the header is not even read', async (APP_ENV, DEV_CALLER) => {
    const settings = { ...(await load(prod)).values, APP_ENV, DEV_CALLER } as never;
    const container = createContainer({ modules: [{ name: 'test', providers: [devCaller, provideValue(Settings, settings), provideValue(Logger, noopLogger), provideValue(UserRepository, {} as UserRepository)] }] });
    await container.start();
    const read: string[] = [];
    const header = (name: string): string => { read.push(name); return 'admin@example.com'; };
    expect(await container.resolve(Authenticator).authenticate({ header, method: 'GET', path: '/', remoteAddress: '127.0.0.1' })).toBeUndefined();
    expect(read).toEqual([]);
  });

  test('the first administrator must be named, and every missing setting is', async () => {
    const refused = await load({ APP_ENV: 'prod', PASSWORD_COST: 4 }).catch((error: Error) => error.message);
    for (const key of ['ADMIN_EMAIL', 'ADMIN_PASSWORD', 'PASSWORD_COST']) expect(refused).toMatch(new RegExp(`${key} `));
    await expect(load({ ...prod, ADMIN_PASSWORD: 'short' })).rejects.toThrow(/ADMIN_PASSWORD .*at least 8/);
  });
});
