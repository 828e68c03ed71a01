import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../tools/services/postgres.js';
import { started } from './launch.js';

const admin = 'admin@example.com';
const settings = { APP_ENV: 'test', HTTP_ENGINE: 'node', RATE_LIMIT_MAX: '0', PASSWORD_COST: '4', ADMIN_EMAIL: admin, ADMIN_PASSWORD: 'only for this test', LOG_LEVEL: 'error' };
// KILLS=50 for as many as it should survive; fewer where everything is tested.
const kills = Number(process.env['KILLS'] ?? 5);
const stock = 1_000_000;
const buyers = 8;

describeWithPostgres(`orders while the application is killed ${kills} times`, () => {
  let server: PostgresServer;
  // What was acknowledged is judged by what PostgreSQL promises, so it keeps its promises here.
  beforeAll(async () => { server = await startPostgres({ synchronous_commit: 'on' }); }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());

  test('every acknowledged order is there once, the stock adds up, and every customer has one receipt of each order', async () => {
    const DATABASE_URL = await server.createDatabase();
    let running = await started({ ...settings, DATABASE_URL });
    const logIn = await fetch(`${running.url}/api/v2/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: admin, password: settings.ADMIN_PASSWORD }) });
    const { data: { access_token: token } } = await logIn.json() as { data: { access_token: string } };
    // Good in every process that follows.
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const post = async (path: string, body: object, more: Record<string, string> = {}): Promise<{ status: number; id: string }> => {
      const response = await fetch(`${running.url}/api/v2${path}`, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body), signal: AbortSignal.timeout(10_000) });
      const { data } = await response.json() as { data: { id: string } | null };
      return { status: response.status, id: data?.id ?? '' };
    };
    const products = await Promise.all([690, 4_500].map(async (amount) => (await post('/products', { name: 'Tea', category: 'tea', price: { amount, currency: 'EUR' }, stock })).id));
    const items = products.map((product_id, i) => ({ product_id, quantity: i + 1 }));

    const acknowledged: string[] = [];
    let asked = 0;
    let unclear = 0;
    let done = false;
    // As a careful client: the same key until there is an answer.
    const buyer = async (name: number): Promise<void> => {
      for (let n = 0; !done; n++) {
        const key = { 'idempotency-key': `buyer-${name}-${n}` };
        asked++;
        for (;;) {
          try {
            const { status, id } = await post('/orders', { items }, key);
            if (status !== 201) throw new Error(`answered ${status}`);
            acknowledged.push(id);
            break;
          } catch {
            unclear++;
            await pause(20);
          }
        }
      }
    };
    const buying = Array.from({ length: buyers }, (_, i) => buyer(i));
    for (let kill = 0; kill < kills; kill++) {
      await pause(200 + Math.random() * 400);
      running.child.kill('SIGKILL');
      await running.exit;
      running = await started({ ...settings, DATABASE_URL });
    }
    await pause(300);
    done = true;
    await Promise.all(buying);

    const sql = postgres(DATABASE_URL, { max: 1 });
    try {
      // One order for each intention, however often it was asked for.
      const stored = new Set((await sql`select id from orders`).map(({ id }) => id as string));
      expect([stored.size, new Set(acknowledged).size, acknowledged.filter((id) => !stored.has(id))]).toEqual([asked, asked, []]);
      const left = await sql`select p.stock, (select sum(l.quantity)::int from order_lines l where l.product_id = p.id) as sold from products p`;
      expect(left.map((row) => row['stock'] + row['sold'])).toEqual([stock, stock]);
      // Events that a killed process has left are delivered by the next one.
      const waiting = async (): Promise<number> => (await sql`select (select count(*) from event_outbox) + (select count(*) from event_inbox where state = 'pending') as waiting`)[0]!['waiting'] as number;
      for (let i = 0; i < 200 && Number(await waiting()) > 0; i++) await pause(50);
      const receipts = await sql`select data->>'order_id' as id, count(*)::int as receipts from mails group by 1`;
      expect([receipts.length, receipts.filter((row) => row['receipts'] !== 1 || !stored.has(row['id'] as string))]).toEqual([asked, []]);
      expect(await sql`select 1 from event_inbox where state = 'dead'`).toHaveLength(0);
      expect(unclear).toBeGreaterThan(0);
      process.stderr.write(`${asked} orders, ${unclear} requests without an answer, ${kills} kills\n`);
    } finally {
      await sql.end();
    }
  }, 60_000 + kills * 5_000);
});
