import { testApi, type TestApi } from '../testing.js';
import { PasswordChanges } from './password-changes.js';
import { PasswordResets } from './password-resets.js';

const password = 'for every one of them';

describe('who has an account', () => {
  let api: TestApi;
  // A cost at which hashing outweighs all else, as it does in production.
  beforeAll(async () => { api = await testApi({ HTTP_ENGINE: 'node', RATE_LIMIT_MAX: 0, PASSWORD_COST: 8 }, { proof: true }); });
  afterAll(() => api[Symbol.asyncDispose]());
  async function post(path: string, body: object): Promise<{ readonly status: number; readonly milliseconds: number }> {
    const begun = performance.now();
    const response = await fetch(`${api.url}/api/v2${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(20_000) });
    await response.text();
    return { status: response.status, milliseconds: performance.now() - begun };
  }
  const register = (email: string) => post('/auth/register', { email, password, name: { given: 'Ada' } });

  test('does not show in the time that a log-in takes', async () => {
    // Whoever guesses has five free guesses at an account; each pair of these is another account.
    const measured = async (): Promise<number> => {
      const [known, unknown]: [number[], number[]] = [[], []];
      for (let i = 0; i < 15; i++) {
        const email = `timed${Math.random()}@example.com`;
        await register(email);
        known.push((await post('/auth/login', { email, password: 'wrong guess' })).milliseconds);
        unknown.push((await post('/auth/login', { email: `no-${email}`, password: 'wrong guess' })).milliseconds);
      }
      // What disturbs a measurement makes it longer, never shorter.
      return Math.abs(Math.log2(Math.min(...known) / Math.min(...unknown)));
    };
    // Without a hash for nobody one would be ten times as fast as the other. A busy machine is given three chances to be even.
    const differences: number[] = [];
    do differences.push(await measured()); while (differences.length < 3 && differences.at(-1)! > 1);
    expect(differences.at(-1)!).toBeLessThanOrEqual(1);
  }, 60_000);

  test('does not show in the time that a forgotten password takes: the answer waits for no mail', async () => {
    await register('forgetful@example.com');
    const resets = api.app.resolve(PasswordResets) as { -readonly [K in keyof PasswordResets]: PasswordResets[K] };
    const { send } = resets;
    let release = (): void => {};
    const released = new Promise<void>((resolve) => { release = resolve; });
    let sent = 0;
    resets.send = async (...mail) => {
      await released;
      sent++;
      return send(...mail);
    };
    try {
      for (const email of ['forgetful@example.com', 'nobody-at-all@example.com']) expect([(await post('/auth/password/forgot', { email })).status, sent]).toEqual([204, 0]);
      release();
      await api.app.resolve(PasswordChanges).drain();
      expect(sent).toBe(1);
    } finally {
      release();
      resets.send = send;
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
});
