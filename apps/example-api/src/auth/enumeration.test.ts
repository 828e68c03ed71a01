import { testApi, type TestApi } from '../testing.js';

const password = 'for every one of them';

describe('who has an account', () => {
  let api: TestApi;
  // A cost at which hashing outweighs all else, as it does in production.
  beforeAll(async () => { api = await testApi({ HTTP_ENGINE: 'node', RATE_LIMIT_MAX: 0, PASSWORD_COST: 8 }, { proof: true }); });
  afterAll(() => api[Symbol.asyncDispose]());
  async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<{ status: number; body: any; headers: Headers; milliseconds: number }> {
    const begun = performance.now();
    const response = await fetch(`${api.url}/api/v2${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text), milliseconds: performance.now() - begun };
  }
  const register = (email: string) => post('/auth/register', { email, password, name: { given: 'Ada' } });
  const same = ({ status, body, headers }: Awaited<ReturnType<typeof post>>): unknown =>
    [status, body && { ...body, request_id: '' }, [...headers.keys()].filter((name) => !['date', 'x-request-id'].includes(name)).sort(), headers.get('content-length')];

  test('does not show in the answer to a log-in or to a forgotten password', async () => {
    await register('known@example.com');
    for (const path of ['/auth/login', '/auth/password/forgot']) {
      const [known, unknown] = [await post(path, { email: 'known@example.com', ...(path.endsWith('login') && { password: 'wrong guess' }) }), await post(path, { email: 'other@example.com', ...(path.endsWith('login') && { password: 'wrong guess' }) })];
      expect(same(unknown)).toEqual(same(known));
    }
  });

  test('does not show in the time that a log-in takes', async () => {
    const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
    // Whoever guesses has five free guesses at an account; each pair of these is another account.
    const measured = async (): Promise<number> => {
      const [known, unknown]: [number[], number[]] = [[], []];
      for (let i = 0; i < 15; i++) {
        const email = `timed${Math.random()}@example.com`;
        await register(email);
        known.push((await post('/auth/login', { email, password: 'wrong guess' })).milliseconds);
        unknown.push((await post('/auth/login', { email: `no-${email}`, password: 'wrong guess' })).milliseconds);
      }
      return median(known) / median(unknown);
    };
    // Without a hash for nobody it would be ten times as fast; a busy machine is given three chances to be even.
    const ratios: number[] = [];
    do ratios.push(await measured()); while (ratios.length < 3 && Math.abs(Math.log(ratios.at(-1)!)) > Math.log(1.5));
    expect(Math.abs(Math.log(ratios.at(-1)!))).toBeLessThanOrEqual(Math.log(1.5));
  }, 60_000);

  test('guesses at one account are throttled, whether there is one or not', async () => {
    await register('guessed@example.com');
    for (const email of ['guessed@example.com', 'nobody-at-all@example.com']) {
      const statuses = [];
      for (let i = 0; i < 8; i++) statuses.push((await post('/auth/login', { email, password: `guess number ${i}` })).status);
      expect([email, statuses]).toEqual([email, [401, 401, 401, 401, 401, 429, 429, 429]]);
    }
  });

  test('shows in a registration, of which so many are answered as there are requests at all', async () => {
    await using limited = await testApi({ HTTP_ENGINE: 'node', RATE_LIMIT_MAX: 3 }, { proof: true });
    const statuses = [];
    for (let i = 0; i < 5; i++) {
      const { status } = await fetch(`${limited.url}/api/v2/auth/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'taken@example.com', password, name: { given: 'Ada' } }) });
      statuses.push(status);
    }
    expect(statuses).toEqual([201, 409, 409, 429, 429]);
  });

  test('a session that was there before the log-in is not the one after it', async () => {
    await register('fixed@example.com');
    const open = (headers: Record<string, string> = {}) => post('/auth/session', { email: 'fixed@example.com', password }, { 'sec-fetch-site': 'same-origin', ...headers });
    const first = (await open()).headers.get('set-cookie')!.split(';')[0]!;
    const planted = await open({ cookie: '__Host-session=planted-by-somebody' });
    expect([planted.status, planted.headers.get('set-cookie')]).toEqual([200, expect.not.stringContaining('planted')]);
    const second = planted.headers.get('set-cookie')!.split(';')[0]!;
    expect(second).not.toBe(first);
  });
});
