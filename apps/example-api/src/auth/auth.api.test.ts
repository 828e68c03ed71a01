import { testApi, type TestApi } from '../testing.js';
import { bcrypt } from '@org/enterprise-auth/bcrypt';
import { cipher, deriveKeyRing } from '@org/enterprise-auth/crypto';
import { EventBus } from '@org/enterprise-events';
import { Database } from '@org/enterprise-persistence';
import { EventSink } from '../events/event-sink.js';
import { mails } from '../mail/mail.table.js';
import { UserRepository } from '../user/user.repository.js';
import { MasterKeys } from './auth.keys.js';

const admin = { email: 'root@example.com', password: 'only for this test' };
const password = 'a horse of this test';

interface Answer { readonly status: number; readonly data: any; readonly code: string; readonly headers: Headers }

describe('logging in', () => {
  let api: TestApi;
  beforeAll(async () => { api = await testApi({ RATE_LIMIT_MAX: 0, ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password }, { proof: true }); });
  afterAll(() => api[Symbol.asyncDispose]());

  async function send(method: string, path: string, headers: Record<string, string> = {}, body?: object): Promise<Answer> {
    const response = await fetch(`${api.url}/api/v2${path}`, {
      method, headers: { ...headers, ...(body && { 'content-type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) }),
    });
    const { data, code } = response.status === 204 ? { data: undefined, code: 'OK' } : await response.json() as any;
    return { status: response.status, data, code, headers: response.headers };
  }
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
  const register = (email: string, name = 'Ada') => send('POST', '/auth/register', {}, { email, password, name: { given: name } });
  const logIn = (email: string, with_ = password) => send('POST', '/auth/login', { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }, { email, password: with_ });
  const loggedIn = async (email: string, with_?: string): Promise<{ access_token: string; refresh_token: string }> => (await logIn(email, with_)).data;

  test('gives tokens that say who one is, until one logs out', async () => {
    const { data: { id } } = await register('ada@example.com');
    const { status, data } = await logIn('Ada@Example.com ');
    expect([status, data]).toEqual([200, { access_token: expect.any(String), refresh_token: expect.any(String), token_type: 'Bearer', expires_in: 900 }]);
    expect(await send('GET', '/me', bearer(data.access_token))).toMatchObject({ status: 200, data: { id, email: 'ada@example.com' } });
    expect((await send('POST', '/auth/logout', bearer(data.access_token))).status).toBe(204);
    expect(await send('GET', '/me', bearer(data.access_token))).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
    expect(await send('POST', '/auth/refresh', {}, { refresh_token: data.refresh_token })).toMatchObject({ status: 401, code: 'REFRESH_TOKEN_INVALID' });
  });

  test('gives a hash of another cost the one that is set by now', async () => {
    const { data: { id } } = await register('old-hash@example.com');
    const users = api.app.resolve(UserRepository);
    const cost = async (): Promise<string> => (await users.passwordHash(id))!.slice(0, 7);
    const made = await cost();
    await using other = bcrypt({ cost: 5 });
    await users.setPasswordHash(id, await other.hash(password));
    expect([await cost(), (await logIn('old-hash@example.com', 'not it')).status, await cost()]).toEqual(['$2b$05$', 401, '$2b$05$']);
    expect([(await logIn('old-hash@example.com')).status, await cost(), (await logIn('old-hash@example.com')).status]).toEqual([200, made, 200]);
  });

  test('does not say whether the address or the password is wrong', async () => {
    await register('eve@example.com');
    const wrong = [await logIn('eve@example.com', 'not hers'), await logIn('nobody@example.com')];
    expect(wrong.map(({ status, code }) => [status, code])).toEqual([[401, 'CREDENTIALS_INVALID'], [401, 'CREDENTIALS_INVALID']]);
  });

  test('is for those who guess a matter of patience', async () => {
    await register('guessed@example.com');
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => logIn('guessed@example.com', `guess ${i}`)));
    const counted = answers.map(({ code }) => code);
    expect([counted.filter((code) => code === 'CREDENTIALS_INVALID').length, counted.filter((code) => code === 'LOGIN_THROTTLED').length]).toEqual([5, 15]);
    const throttled = answers.find(({ status }) => status === 429)!;
    expect(Number(throttled.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('lasts as long as it is refreshed, and 100 refreshes at once are one', async () => {
    const { data: { id } } = await register('busy@example.com');
    const { refresh_token } = await loggedIn('busy@example.com');
    const answers = await Promise.all(Array.from({ length: 100 }, () => send('POST', '/auth/refresh', {}, { refresh_token })));
    expect(new Set(answers.map(({ status, data }) => `${status} ${data?.refresh_token}`)).size).toBe(1);
    const [{ data }] = answers as [Answer];
    expect((await send('GET', '/me', bearer(data.access_token))).status).toBe(200);
    const told: string[] = [];
    const sink = api.app.resolve(EventSink) as { append: EventSink['append'] };
    const { append } = sink;
    sink.append = (events) => { told.push(...events.map(({ type, payload }) => `${type} ${(payload as { subject: string }).subject}`)); return append(events); };
    // The child is used, and now the parent is one too many.
    const next = await send('POST', '/auth/refresh', {}, { refresh_token: data.refresh_token });
    expect(next.status).toBe(200);
    expect(await send('POST', '/auth/refresh', {}, { refresh_token })).toMatchObject({ status: 401, code: 'REFRESH_TOKEN_INVALID' });
    expect((await send('GET', '/me', bearer(next.data.access_token))).status).toBe(401);
    sink.append = append;
    expect(told).toEqual([`session.token_reused ${id}`]);
  });

  test('ends everywhere when roles change, and the new ones come with the next log-in', async () => {
    const { data: { id } } = await register('rising@example.com');
    const before = await loggedIn('rising@example.com');
    const root = await loggedIn(admin.email, admin.password);
    expect((await send('GET', '/users', bearer(before.access_token))).status).toBe(403);
    expect((await send('PUT', `/users/${id}/roles`, bearer(root.access_token), { roles: ['support', 'user'] })).status).toBe(200);
    expect((await send('GET', '/me', bearer(before.access_token))).status).toBe(401);
    expect((await send('GET', '/users', bearer((await loggedIn('rising@example.com')).access_token))).status).toBe(200);
    expect((await send('GET', '/audit-log?action=user.roles_changed', bearer(root.access_token))).data.items).toEqual([expect.objectContaining({ target: id, via: 'jwt', credential: expect.stringMatching(/^[\da-f-]{36}$/) })]);
  });

  test('is over for who is removed, keys included', async () => {
    const { data: { id } } = await register('leaving@example.com');
    const { access_token } = await loggedIn('leaving@example.com');
    const { data: { key } } = await send('POST', '/me/api-keys', bearer(access_token), { name: 'ci' });
    expect((await send('GET', '/me', { 'x-api-key': key })).status).toBe(200);
    const root = await loggedIn(admin.email, admin.password);
    expect((await send('DELETE', `/users/${id}`, bearer(root.access_token))).status).toBe(204);
    expect([(await send('GET', '/me', bearer(access_token))).code, (await send('GET', '/me', { 'x-api-key': key })).code]).toEqual(['TOKEN_INVALID', 'API_KEY_INVALID']);
  });

  test('on one device can be ended from another', async () => {
    await register('two@example.com');
    const [first, second] = [await loggedIn('two@example.com'), await loggedIn('two@example.com')];
    const { data: { items } } = await send('GET', '/me/sessions', bearer(first.access_token));
    expect(items.map(({ name, current }: any) => [name, current]).sort()).toEqual([['Firefox on Linux', false], ['Firefox on Linux', true]]);
    const other = items.find(({ current }: any) => !current);
    expect((await send('PATCH', `/me/sessions/${other.id}`, bearer(first.access_token), { name: 'laptop' })).status).toBe(204);
    expect((await send('DELETE', `/me/sessions/${other.id}`, bearer(first.access_token))).status).toBe(204);
    expect([(await send('GET', '/me', bearer(first.access_token))).status, (await send('GET', '/me', bearer(second.access_token))).status]).toEqual([200, 401]);
    expect((await send('DELETE', `/me/sessions/${other.id}`, bearer(first.access_token))).code).toBe('SESSION_NOT_FOUND');
  });

  test('with a new password ends what was opened with the old one', async () => {
    await register('careful@example.com');
    const [here, there] = [await loggedIn('careful@example.com'), await loggedIn('careful@example.com')];
    const change = (current_password: string, new_password: string) => send('PUT', '/me/password', bearer(here.access_token), { current_password, new_password });
    expect((await change('not this', 'another horse entirely')).code).toBe('PASSWORD_WRONG');
    expect(await change(password, 'careful@example.com')).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
    expect((await change(password, 'another horse entirely')).status).toBe(204);
    expect([(await send('GET', '/me', bearer(here.access_token))).status, (await send('GET', '/me', bearer(there.access_token))).status]).toEqual([200, 401]);
    expect([(await logIn('careful@example.com')).status, (await logIn('careful@example.com', 'another horse entirely')).status]).toEqual([401, 200]);
  });

  test('works again for who has forgotten, with the token of a mail, once', async () => {
    const { data: { id } } = await register('forgetful@example.com');
    const { access_token } = await loggedIn('forgetful@example.com');
    for (const email of ['forgetful@example.com', 'stranger@example.com']) expect((await send('POST', '/auth/password/forgot', {}, { email })).status).toBe(204);
    const resets = async () => (await api.app.resolve(Database).orm.select().from(mails)).filter(({ template }) => template === 'password-reset');
    while ((await resets()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await api.app.resolve(EventBus).idle();
    const [mail, ...more] = await resets();
    expect([mail!.to, more]).toEqual([id, []]);
    const token = cipher(deriveKeyRing(api.app.resolve(MasterKeys), 'mails')).decrypt(mail!.data['encrypted_token'] as string, mail!.id);
    // Somebody guesses at it meanwhile, and from the same address.
    const guesses = await Promise.all(Array.from({ length: 40 }, (_, i) => logIn('forgetful@example.com', `guess ${i}`)));
    expect(guesses.filter(({ code }) => code === 'LOGIN_THROTTLED').length).toBe(35);
    const reset = (new_password: string) => send('POST', '/auth/password/reset', {}, { token, new_password });
    expect((await reset('12345678')).code).toBe('VALIDATION_FAILED');
    expect((await reset('remembered this time')).status).toBe(204);
    expect((await reset('remembered once more')).code).toBe('ONE_TIME_TOKEN_INVALID');
    expect([(await send('GET', '/me', bearer(access_token))).status, (await logIn('forgetful@example.com', 'remembered this time')).status]).toEqual([401, 200]);
  });

  describe('by API key', () => {
    let token: string;
    let owner: string;
    const create = (body: object) => send('POST', '/me/api-keys', bearer(token), { name: 'ci', ...body });
    beforeAll(async () => {
      ({ data: { id: owner } } = await register('keys@example.com'));
      const root = await loggedIn(admin.email, admin.password);
      await send('PUT', `/users/${owner}/roles`, bearer(root.access_token), { roles: ['support', 'user'] });
      token = (await loggedIn('keys@example.com')).access_token;
    });

    test('permits what its scopes name, as long as its owner may', async () => {
      const { status, headers, data: { id, key, ...shown } } = await create({ scopes: ['users:read'], expires_in_days: 30 });
      expect([status, key, shown]).toEqual([201, expect.stringMatching(/^exapi_/), { name: 'ci', scopes: ['users:read'], created_at: expect.any(String), expires_at: expect.any(String), last_used_at: null }]);
      expect([headers.get('location'), (await send('GET', '/me/api-keys', bearer(token))).data]).toEqual([`/api/v2/me/api-keys/${id}`, { items: [{ id, ...shown }] }]);
      const answers = async () => [(await send('GET', '/users', { 'x-api-key': key })).status, (await send('GET', '/audit-log', { 'x-api-key': key })).status, (await send('GET', '/me', { 'x-api-key': key })).data?.id];
      expect(await answers()).toEqual([200, 403, owner]);
      const root = await loggedIn(admin.email, admin.password);
      await send('PUT', `/users/${owner}/roles`, bearer(root.access_token), { roles: ['user'] });
      expect(await answers()).toEqual([403, 403, owner]);
      await send('PUT', `/users/${owner}/roles`, bearer(root.access_token), { roles: ['support', 'user'] });
      expect((await answers())[0]).toBe(200);
      token = (await loggedIn('keys@example.com')).access_token;
      expect((await send('DELETE', `/me/api-keys/${id}`, bearer(token))).status).toBe(204);
      expect((await send('GET', '/me', { 'x-api-key': key })).code).toBe('API_KEY_INVALID');
    });

    test('makes and ends no keys, and has no session to end', async () => {
      const { data: { id, key } } = await create({});
      const byKey = { 'x-api-key': key };
      expect([
        (await send('POST', '/me/api-keys', byKey, { name: 'child' })).code, (await send('POST', `/me/api-keys/${id}/rotate`, byKey)).code, (await send('DELETE', `/me/api-keys/${id}`, byKey)).code,
        (await send('POST', '/auth/logout', byKey)).code, (await send('PUT', '/me/password', byKey, { current_password: password, new_password: 'another horse' })).code,
      ]).toEqual(['API_KEY_NOT_ALLOWED', 'API_KEY_NOT_ALLOWED', 'LOG_IN_REQUIRED', 'LOG_IN_REQUIRED', 'LOG_IN_REQUIRED']);
    });

    test('goes beyond its owner in nothing', async () => {
      expect(await create({ scopes: ['users:write'] })).toMatchObject({ status: 403, code: 'API_KEY_SCOPE_FORBIDDEN' });
    });

    test('leaves its id in the audit log with what it changes that users may not', async () => {
      const root = await loggedIn(admin.email, admin.password);
      const { data: { id: rootId } } = await send('GET', '/me', bearer(root.access_token));
      const { data: { id: keyId, key } } = await send('POST', '/me/api-keys', bearer(root.access_token), { name: 'import', scopes: ['products:write'] });
      const product = await send('POST', '/products', { 'x-api-key': key }, { name: 'Sencha', category: 'tea', price: { amount: 690, currency: 'EUR' }, stock: 3 });
      const logged = async () => (await send('GET', `/audit-log?actor=${rootId}&action=product.added`, bearer(root.access_token))).data.items;
      expect([product.status, await logged()]).toEqual([201, [expect.objectContaining({ target: product.data.id, via: 'api-key', credential: keyId })]]);

      const { data: { key: buyer } } = await send('POST', '/me/api-keys', bearer(root.access_token), { name: 'buyer', scopes: ['orders:own'] });
      expect((await send('POST', '/orders', { 'x-api-key': buyer }, { items: [{ product_id: product.data.id, quantity: 1 }] })).status).toBe(201);
      expect((await send('GET', `/audit-log?actor=${rootId}&action=order.placed`, bearer(root.access_token))).data.items).toEqual([]);
    });

    test('has a new secret after a rotation, and the old one for a while', async () => {
      const { data: { id, key } } = await create({});
      const { data: { key: next } } = await send('POST', `/me/api-keys/${id}/rotate`, bearer(token));
      expect([next === key, (await send('GET', '/me', { 'x-api-key': key })).status, (await send('GET', '/me', { 'x-api-key': next })).status]).toEqual([false, 200, 200]);
    });
  });

  describe('by cookie', () => {
    const page = (origin = api.url): Record<string, string> => ({ origin, 'sec-fetch-site': origin === api.url ? 'same-origin' : 'cross-site' });
    const open = async () => {
      await register('browser@example.com');
      const { headers, data } = await send('POST', '/auth/session', page(), { email: 'browser@example.com', password });
      return { cookie: headers.get('set-cookie')!.split(';')[0]!, setCookie: headers.get('set-cookie')!, csrf: data.csrf_token };
    };

    test('lets a page in, and whatever changes something needs its token', async () => {
      const { cookie, setCookie, csrf } = await open();
      expect(setCookie).toMatch(/^__Host-session=[^;]+; (?=.*Secure)(?=.*HttpOnly)(?=.*SameSite=Lax)(?=.*Path=\/)/);
      expect((await send('GET', '/me', { cookie })).status).toBe(200);
      const rename = (headers: Record<string, string>) => send('PATCH', '/me', { cookie, ...headers }, { name: { given: 'Eve' } });
      expect((await rename({ ...page(), 'x-csrf-token': csrf })).status).toBe(200);
      for (const forged of [page(), { 'x-csrf-token': csrf }, { ...page('https://evil.example'), 'x-csrf-token': csrf }, { ...page(), 'x-csrf-token': `${csrf}x` }]) expect(await rename(forged)).toMatchObject({ status: 403, code: 'CSRF_REJECTED' });
      const { data } = await send('GET', '/auth/session', { cookie });
      const closed = await send('DELETE', '/auth/session', { cookie, ...page(), 'x-csrf-token': data.csrf_token });
      expect([closed.status, closed.headers.get('set-cookie')]).toEqual([204, expect.stringMatching(/^__Host-session=;.*Max-Age=0/)]);
      expect((await send('GET', '/me', { cookie })).status).toBe(401);
    });

    test('is not begun by the page of another site', async () => {
      expect(await send('POST', '/auth/session', page('https://evil.example'), { email: 'browser@example.com', password })).toMatchObject({ status: 403, code: 'CSRF_REJECTED' });
    });
  });

  test('with two proofs at once is refused', async () => {
    const { access_token } = await loggedIn(admin.email, admin.password);
    expect(await send('GET', '/me', { ...bearer(access_token), 'x-api-key': 'exapi_x' })).toMatchObject({ status: 400, code: 'AMBIGUOUS_CREDENTIALS' });
    expect(await send('GET', '/ping', { ...bearer(access_token), cookie: '__Host-session=x' })).toMatchObject({ status: 400, code: 'AMBIGUOUS_CREDENTIALS' });
  });

  test('bad proof is refused where none is needed', async () => {
    expect(await send('GET', '/ping', bearer('nonsense'))).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
    const challenge = async (headers: Record<string, string>): Promise<string | null> => (await send('GET', '/me', headers)).headers.get('www-authenticate');
    expect([await challenge(bearer('nonsense')), await challenge({ 'x-api-key': 'nonsense' }), await challenge({})]).toEqual(['Bearer error="invalid_token"', 'Bearer', 'Bearer']);
  });

  test('can be verified by others: the public keys are there, and nothing else of them', async () => {
    const response = await fetch(`${api.url}/.well-known/jwks.json`);
    const { keys } = await response.json() as any;
    expect([response.status, response.headers.get('content-type'), keys]).toEqual([200, 'application/jwk-set+json', [{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: expect.any(String), x: expect.any(String), y: expect.any(String) }]]);
  });
});
