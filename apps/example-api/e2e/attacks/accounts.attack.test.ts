import { jest } from '@jest/globals';
import { cipher, deriveKeyRing } from '@org/enterprise-auth/crypto';
import { Database } from '@org/enterprise-persistence';
import { MasterKeys } from '../../src/auth/auth.keys.js';
import { PasswordChanges } from '../../src/auth/password-changes.js';
import { mails } from '../../src/mail/mail.table.js';
import { Email } from '../../src/user/email.js';
import { UserService } from '../../src/user/user.service.js';
import { addressOf, attack, password, type Answer, type Target } from './target.js';
import { harmless, surfaceOf } from './surface.js';

const versions = ['v1', 'v2'];
let counter = 0;
/** An address that nobody has asked from, which a proxy that is trusted names. */
const elsewhere = (): Record<string, string> => ({ 'x-forwarded-for': `198.51.${Math.floor(++counter / 250)}.${counter % 250}` });
const browser = { 'sec-fetch-site': 'same-origin' };
const cookieOf = ({ headers }: Answer): string => headers.get('set-cookie')!.split(';')[0]!;
/** A guess is free again after a while, which a busy machine may take for a few. */
function timeStandsStill(): void {
  beforeEach(() => { jest.spyOn(Date, 'now').mockReturnValue(Date.now()); });
  afterEach(() => { jest.restoreAllMocks(); });
}
const register = (target: Target, email: string) => target.api.app.resolve(UserService).register({ email: Email.parse(email), password, name: { given: 'A', family: '' } });

attack('accounts', (target) => {
  const post = (path: string, body: object, headers: Record<string, string> = elsewhere()) => target.send('POST', path, { body, headers });
  /** All of an answer but what no two have in common. */
  const shape = ({ status, headers, text }: Answer): unknown => [status, [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name)), text.replace(/"request_id":"[^"]*"/, '')];
  const drained = () => target.api.app.resolve(PasswordChanges).drain();
  const mailed = async (subject: string) => (await target.api.app.resolve(Database).orm.select().from(mails)).filter(({ to }) => to === subject);
  const tokenOf = ({ id, data }: Awaited<ReturnType<typeof mailed>>[number]): string => cipher(deriveKeyRing(target.api.app.resolve(MasterKeys), 'mails')).decrypt(data['encrypted_token'] as string, id);

  describe('who has an account', () => {
    timeStandsStill();

    test.each(versions.flatMap((version) => ['auth/login', 'auth/session', 'auth/password/forgot'].map((path) => `/api/${version}/${path}`)))('does not show in what %s answers', async (path) => {
      target.changesData();
      const ask = (email: string) => post(path, path.endsWith('forgot') ? { email } : { email, password: 'a wrong guess' }, { ...elsewhere(), ...browser });
      const [known, unknown] = [await ask(addressOf('ada')), await ask('nobody-at-all@example.com')];
      expect(shape(unknown)).toEqual(shape(known));
      await drained();
    });

    test('does not show in when guesses are throttled', async () => {
      const guesses = async (email: string): Promise<unknown[]> => {
        const from = elsewhere();
        const answers = [];
        for (let i = 0; i < 8; i++) answers.push(shape(await post('/api/v2/auth/login', { email, password: `guess ${i}` }, from)));
        return answers;
      };
      const known = await guesses(addressOf('sam'));
      expect(await guesses('noone@example.com')).toEqual(known);
      expect(known.map((each) => (each as [number])[0])).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    });

    test('shows in a registration alone', async () => {
      const taken = await post('/api/v2/auth/register', { email: addressOf('ada'), password, name: { given: 'Eve' } });
      expect([taken.status, taken.code, taken.text.includes(addressOf('ada'))]).toEqual([409, 'EMAIL_TAKEN', false]);
    });
  });

  describe('guessing', () => {
    timeStandsStill();

    test('in parallel, in both versions, by cookie and however the address is written, is guessing at one account', async () => {
      const from = { ...elsewhere(), ...browser };
      const written = ['eve@example.com', 'EVE@example.com', ' eve@example.com ', 'eve@EXAMPLE.com', 'Eve@Example.Com\t'];
      const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => post(`/api/${versions[i % 2]}/auth/${i % 3 === 0 ? 'session' : 'login'}`, { email: written[i % written.length], password: `guess ${i}` }, from)));
      const count = (code: string): number => answers.filter((answer) => answer.code === code).length;
      expect([count('CREDENTIALS_INVALID'), count('LOGIN_THROTTLED')]).toEqual([5, 35]);
      // The right one is as wrong as all others then, or who is throttled would know by it.
      expect((await post('/api/v2/auth/login', { email: 'eve@example.com', password }, from)).code).toBe('LOGIN_THROTTLED');
      expect((await post('/api/v2/auth/login', { email: 'eve@example.com', password })).status).toBe(200);
    });

    test('from many addresses ends as well, and its victim gets in from where they are known', async () => {
      target.changesData();
      await register(target, 'victim@example.com');
      const home = elsewhere();
      const guess = (text: string, from = elsewhere()) => post('/api/v2/auth/login', { email: 'victim@example.com', password: text }, from);
      expect((await guess(password, home)).status).toBe(200);
      const codes = (await Promise.all(Array.from({ length: 40 }, (_, i) => guess(`guess ${i}`)))).map(({ code }) => code);
      expect(codes.filter((code) => code === 'CREDENTIALS_INVALID').length).toBe(20);
      expect([(await guess(password)).code, (await guess(password, home)).status]).toEqual(['LOGIN_THROTTLED', 200]);
    });

    test('an address that a client claims is nobody\'s but a trusted proxy\'s to say', async () => {
      const spoofed = (i: number): Record<string, string> => ({ 'x-forwarded-for': `203.0.113.${i}, 198.51.100.77`, 'x-real-ip': `203.0.113.${i}`, forwarded: `for=203.0.113.${i}`, 'cf-connecting-ip': `203.0.113.${i}` });
      const codes = [];
      for (let i = 0; i < 8; i++) codes.push((await post('/api/v2/auth/login', { email: 'spoofed@example.com', password: 'x' }, spoofed(i))).code);
      expect(codes.filter((code) => code === 'LOGIN_THROTTLED').length).toBe(3);
    });

    test('the password of a session that was stolen is throttled, too', async () => {
      const { access_token } = await target.logIn('ada');
      const from = { ...elsewhere(), authorization: `Bearer ${access_token}` };
      const codes = await Promise.all(Array.from({ length: 10 }, async (_, i) => (await target.send('PUT', '/api/v2/me/password', { headers: from, body: { current_password: `guess ${i}`, new_password: 'mine from now on' } })).code));
      expect(codes.sort()).toEqual([...Array(5).fill('LOGIN_THROTTLED'), ...Array(5).fill('PASSWORD_WRONG')]);
    });
  });

  describe('a forgotten password', () => {
    test('fills nobody\'s mailbox, and a later mail ends the one before', async () => {
      target.changesData();
      const { id } = await register(target, 'flooded@example.com');
      for (let i = 0; i < 30; i++) expect((await post('/api/v2/auth/password/forgot', { email: 'flooded@example.com' })).status).toBe(204);
      await drained();
      const sent = await mailed(id);
      expect(sent.length).toBe(3);
      const answers = await Promise.all(sent.map((mail) => post('/api/v2/auth/password/reset', { token: tokenOf(mail), new_password: 'mine from now on' })));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 400, 400]);
    });

    test('is set once with one token, however many try at once, and logs everybody out', async () => {
      target.changesData();
      const { id } = await register(target, 'raced@example.com');
      const { data: { access_token, refresh_token } } = await post('/api/v2/auth/login', { email: 'raced@example.com', password });
      const cookie = cookieOf(await post('/api/v2/auth/session', { email: 'raced@example.com', password }, { ...elsewhere(), ...browser }));
      await post('/api/v2/auth/password/forgot', { email: 'raced@example.com' });
      await drained();
      const token = tokenOf((await mailed(id))[0]!);
      const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => post('/api/v2/auth/password/reset', { token, new_password: `mine from now on ${i}` })));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(9).fill(400)]);
      const me = async (headers: Record<string, string>): Promise<number> => (await target.send('GET', '/api/v2/me', { headers })).status;
      expect([await me({ authorization: `Bearer ${access_token}` }), await me({ cookie }), (await post('/api/v2/auth/refresh', { refresh_token })).status]).toEqual([401, 401, 401]);
    });

    test('has a token that nobody comes by through what a request says of its host', async () => {
      target.changesData();
      const { id } = await register(target, 'poisoned@example.com');
      await post('/api/v2/auth/password/forgot', { email: 'poisoned@example.com' }, { ...elsewhere(), 'x-forwarded-host': 'evil.example', origin: 'https://evil.example', referer: 'https://evil.example/' });
      await drained();
      expect(JSON.stringify(await mailed(id))).not.toContain('evil');
    });

    test.each(['', 'x', 'A'.repeat(43), `' or '1'='1`, '0', 'null', '%', 'A'.repeat(1_000)])('is not set with the token %j', async (token) => {
      const { code } = await post('/api/v2/auth/password/reset', { token, new_password: 'mine from now on' });
      expect(code).toBe(token === '' ? 'VALIDATION_FAILED' : 'ONE_TIME_TOKEN_INVALID');
    });

    test.each([[['a@example.com', 'b@example.com']], [{ email: 'x' }], ['ada@example.com,eve@example.com'], ['ada@example.com\neve@example.com'], ['ada@example.com%0aeve@example.com'], [null]])('goes to one address, not to %j', async (email) => {
      expect((await target.send('POST', '/api/v2/auth/password/forgot', { body: { email } })).status).toBe(400);
    });
  });

  describe('a session', () => {
    const open = (headers: Record<string, string> = {}) => post('/api/v2/auth/session', { email: addressOf('ada'), password }, { ...elsewhere(), ...browser, ...headers });

    test('that was planted before the log-in is not the one after it', async () => {
      const planted = '__Host-session=' + 'A'.repeat(64);
      const answer = await open({ cookie: planted });
      expect([answer.status, cookieOf(answer)]).toEqual([200, expect.not.stringContaining(planted)]);
      expect((await target.send('GET', '/api/v2/me', { headers: { cookie: planted } })).status).toBe(401);
    });

    test('of the attacker stays the attacker\'s when the victim logs in with its cookie', async () => {
      const login = (person: 'ada' | 'eve', headers: Record<string, string> = {}) => post('/api/v2/auth/session', { email: addressOf(person), password }, { ...elsewhere(), ...browser, ...headers });
      const evil = await login('eve');
      const victim = await login('ada', { cookie: cookieOf(evil), 'x-csrf-token': evil.data.csrf_token });
      expect(cookieOf(victim)).not.toBe(cookieOf(evil));
      const emailOf = async (cookie: string): Promise<string> => (await target.send('GET', '/api/v2/me', { headers: { cookie } })).data.email;
      expect([await emailOf(cookieOf(evil)), await emailOf(cookieOf(victim))]).toEqual([addressOf('eve'), addressOf('ada')]);
      const both = await target.send('GET', '/api/v2/me', { headers: { cookie: `${cookieOf(evil)}; ${cookieOf(victim)}` } });
      expect([both.status, both.text.includes('@example.com')]).toEqual([401, false]);
    });

    test('cannot be guessed from another: nothing of it repeats', async () => {
      const cookies = (await Promise.all(Array.from({ length: 4 }, () => open()))).map(cookieOf);
      const secrets = cookies.map((cookie) => Buffer.from(cookie.split('=')[1]!, 'base64url').subarray(16).toString('hex'));
      expect([new Set(secrets).size, secrets.every((text) => text.length === 64)]).toEqual([4, true]);
    });

    test('and keys, orders and accounts of others are not there for who does not own them', async () => {
      target.changesData();
      const own = await target.send('POST', '/api/v2/me/api-keys', { as: 'ada', body: { name: 'mine' } });
      const { data: { items: [session] } } = await target.send('GET', '/api/v2/me/sessions', { as: 'ada' });
      const { data: { items: [product] } } = await target.send('GET', '/api/v2/products');
      await target.send('PUT', `/api/v2/products/${product.id}/stock`, { as: 'root', headers: { 'if-match': '*' }, body: { quantity: 9 } });
      const { data: order } = await target.send('POST', '/api/v2/orders', { as: 'ada', body: { items: [{ product_id: product.id, quantity: 1 }] } });
      const tries = [
        ['DELETE', `/me/api-keys/${own.data.id}`], ['POST', `/me/api-keys/${own.data.id}/rotate`], ['DELETE', `/me/sessions/${session.id}`], ['PATCH', `/me/sessions/${session.id}`, { name: 'mine' }],
        ['GET', `/orders/${order.id}`], ['POST', `/orders/${order.id}/pay`], ['POST', `/orders/${order.id}/cancel`],
      ] as const;
      for (const [method, path, body] of tries) expect([path, (await target.send(method, `/api/v2${path}`, { as: 'eve', body })).status]).toEqual([path, 404]);
      for (const [method, path, body] of [['POST', `/orders/${order.id}/ship`], ['GET', `/users/${target.idOf('ada')}`], ['DELETE', `/users/${target.idOf('ada')}`], ['PUT', `/users/${target.idOf('eve')}/roles`, { roles: ['admin'] }], ['PATCH', `/users/${target.idOf('ada')}`, { email: 'mine@example.com' }]] as const) {
        expect([path, (await target.send(method, `/api/v2${path}`, { as: 'eve', body })).status]).toEqual([path, 403]);
      }
      expect((await target.send('GET', '/api/v2/me', { headers: { 'x-api-key': own.data.key } })).data.email).toBe(addressOf('ada'));
      expect((await target.send('PUT', `/api/v2/users/${target.idOf('root')}/roles`, { as: 'root', body: { roles: ['user'] } })).code).toBe('OWN_ROLES');
    });
  });

  describe('mass assignment', () => {
    const more = ['id', 'role', 'roles', 'permissions', 'scope', 'is_admin', 'admin', 'user_id', 'customer_id', 'owner', 'version', 'created_at', 'updated_at', 'email', 'password', 'password_hash', 'verified', 'status', 'total', 'unit_price', '$set', '_id'];

    test('every body is refused with a field that is not asked for, wherever it is, by its name', async () => {
      const wrong: string[] = [];
      let tried = 0;
      for (const route of surfaceOf(target.api).filter(({ schemas }) => schemas.body)) {
        const { method, path, headers, body = {} } = harmless(route);
        const shape = body as Record<string, unknown>;
        const objects: [string, (field: string) => object][] = [['', (field) => ({ ...shape, [field]: 1 })]];
        for (const [key, value] of Object.entries(shape)) {
          if (Array.isArray(value) && typeof value[0] === 'object') objects.push([`${key}.0.`, (field) => ({ ...shape, [key]: [{ ...value[0], [field]: 1 }] })]);
          else if (typeof value === 'object' && value !== null && !Array.isArray(value)) objects.push([`${key}.`, (field) => ({ ...shape, [key]: { ...value, [field]: 1 } })]);
        }
        for (const [prefix, make] of objects) {
          for (const field of more.filter((each) => !(each in shape))) {
            const { status, errors } = await target.send(method, path, { as: 'root', headers, body: make(field) });
            tried++;
            if (status !== 400 || !errors.some((each) => each.path === prefix + field)) wrong.push(`${method} ${path} ${prefix}${field}: ${status}`);
          }
        }
      }
      expect(tried).toBeGreaterThan(700);
      expect(wrong).toEqual([]);
    });
  });

  describe('an API key', () => {
    const create = async (body: object = {}) => (await target.send('POST', '/api/v2/me/api-keys', { as: 'ada', body: { name: 'ci', ...body } })).data;
    const me = (headers: Record<string, string>) => target.send('GET', '/api/v2/me', { headers });

    test('is good as it is and in no other form or place', async () => {
      target.changesData();
      const { key, id } = await create();
      expect((await me({ 'x-api-key': key })).status).toBe(200);
      const forms = [key.slice(0, -1), `${key}x`, key.toUpperCase(), key.replace('exapi_', ''), key.replace('exapi_', 'exk_'), `exapi_${id}`, id, key.slice(0, 29), `${key}, ${key}`, key.replace(/.(?=_[^_]*$)/, (char: string) => (char === 'A' ? 'B' : 'A')), `Bearer ${key}`];
      for (const form of forms) expect([form, (await me({ 'x-api-key': form })).code]).toEqual([form, 'API_KEY_INVALID']);
      for (const headers of [{ authorization: `Bearer ${key}` }, { authorization: `ApiKey ${key}` }, { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` }, { cookie: `__Host-session=${key}` }, { cookie: `api_key=${key}` }, { 'api-key': key }]) expect([headers, (await me({ ...headers } as Record<string, string>)).status]).toEqual([headers, 401]);
      for (const query of ['api_key', 'key', 'x-api-key', 'apikey']) expect((await target.send('GET', `/api/v2/me?${query}=${key}`)).status).toBe(401);
    });

    test.each([['*'], ['users:*'], ['users:read'], ['*:*'], ['orders:*'], ['products:write'], ['admin'], ['orders:own', 'users:write'], ['ORDERS:READ'], [' users:read']])('for %s is not to be had by who may not do that', async (...scopes) => {
      const { code } = await target.send('POST', '/api/v2/me/api-keys', { as: 'ada', body: { name: 'ci', scopes } });
      expect(code).toMatch(/^(API_KEY_SCOPE_FORBIDDEN|API_KEY_REQUEST_INVALID|VALIDATION_FAILED)$/);
    });

    test('cannot be made without end', async () => {
      target.changesData();
      const answers = [];
      for (let i = 0; i < 60; i++) answers.push((await target.send('POST', '/api/v2/me/api-keys', { as: 'sam', body: { name: `ci ${i}` } })).code);
      expect(answers.at(-1)).toBe('API_KEY_LIMIT_REACHED');
    });

    test('leaves no way to a session, to other keys or to the password', async () => {
      target.changesData();
      const { id, key } = await create({ scopes: ['orders:own'] });
      const headers = { 'x-api-key': key };
      const { data: { items: [session] } } = await target.send('GET', '/api/v2/me/sessions', { as: 'ada' });
      for (const [method, path, body] of [['POST', '/me/api-keys', { name: 'x' }], ['POST', `/me/api-keys/${id}/rotate`], ['DELETE', `/me/api-keys/${id}`], ['DELETE', `/me/sessions/${session.id}`], ['PATCH', `/me/sessions/${session.id}`, { name: 'x' }], ['POST', '/auth/logout'], ['GET', '/auth/session'], ['DELETE', '/auth/session'], ['PUT', '/me/password', { current_password: password, new_password: 'mine from now on' }]] as const) {
        expect([path, (await target.send(method, `/api/v2${path}`, { headers, body })).status]).toEqual([path, 403]);
      }
    });
  });
}, { TRUST_PROXY: ['loopback'] });
