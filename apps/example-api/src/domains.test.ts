import { tmpdir } from 'node:os';
import { createAuthorizer } from '@org/enterprise-auth/http';
import { Passwords } from '@org/enterprise-auth/passwords';
import { loadConfig, overrides } from '@org/enterprise-config';
import { createContainer, provide, provideValue, type Container, type Provider } from '@org/enterprise-di';
import { EventBus, memoryEvents } from '@org/enterprise-events';
import { createDispatcher, handlerDeps, memoryIdempotencyStore, resolveFrom } from '@org/enterprise-http';
import { fetchHandler } from '@org/enterprise-http/fetch';
import { decided, noopLogger, runInContext, systemClock, token, uuidv7, type Caller, type DomainEvent, type EventSink as EventSinkPort } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { migrations } from '@org/enterprise-persistence/migrations';
import type { Domain } from './app.js';
import { auditModule } from './audit/audit.module.js';
import { authModule } from './auth/auth.module.js';
import { permissionsOf } from './auth/roles.js';
import { migrationOptions, openDatabase } from './database.js';
import { EventSink } from './events/event-sink.js';
import { mailModule } from './mail/mail.module.js';
import { Mailer, type Mail } from './mail/mailer.js';
import { mails } from './mail/mail.table.js';
import { orderModule } from './order/order.module.js';
import { Stock } from './order/order.stock.js';
import { placeOrder } from './order/order.js';
import { Clock, platform } from './platform.js';
import { productModule } from './product/product.module.js';
import { settings as definition, type Settings } from './settings.js';
import { Email } from './user/email.js';
import { UserAccess } from './user/user-access.js';
import { userModule } from './user/user.module.js';
import { memoryUserRepository } from './user/user.repository.memory.js';
import { UserRepository } from './user/user.repository.js';
import { registerUser } from './user/user.js';
import { apiVersions } from './versions.js';

const ada: Caller = { id: uuidv7(), kind: 'user', via: 'test', roles: ['admin'], permissions: permissionsOf(['user', 'admin']) };
const events: DomainEvent[] = [];
const sink = provideValue(EventSink, { append: async (happened) => void events.push(...happened) } satisfies EventSinkPort);
const lines = [{ productId: uuidv7(), quantity: 2, unitPrice: { amount: 690, currency: 'EUR' } }];

let settings: Settings;
let database: Database;
beforeAll(async () => {
  ({ values: settings } = await loadConfig({ schema: definition.schema, sources: [overrides({ APP_ENV: 'test', LOG_LEVEL: 'silent', PASSWORD_COST: 4, DATABASE_URL: 'pglite:memory' })] }));
  database = await openDatabase({ settings, root: tmpdir() });
  await migrations(database, migrationOptions).migrate();
});
afterAll(() => database.close());
beforeEach(() => { events.length = 0; });

interface Alone extends AsyncDisposable {
  readonly container: Container;
  /** What the domain asks for that is neither its own nor the platform's. */
  readonly needs: readonly string[];
  request(method: string, path: string, body?: object): Promise<{ readonly status: number; readonly body: any }>;
}

/** Starts a domain without any of the others: with the platform, a database, and stand-ins for what it asks for. */
async function alone(domain: Domain, standIns: readonly Provider[]): Promise<Alone> {
  const { name, providers = [], routes = [], subscribers = [] } = domain;
  const Asked = token<Readonly<Record<string, unknown>>>(`${name}.Asked`);
  const container = createContainer({ modules: [
    platform(settings, noopLogger, () => {}),
    { name: 'around', providers: [provideValue(Database, database), ...standIns] },
    { name, providers: [...providers, provide(Asked, handlerDeps([...routes, ...subscribers]), (deps) => deps)] },
  ] });
  await container.start();
  const dispatcher = createDispatcher({
    versions: apiVersions(settings, systemClock), routes, resolve: resolveFrom(container.resolve(Asked)), validateAnswers: true,
    authenticator: { authenticate: () => ada }, authorizer: createAuthorizer(), idempotency: memoryIdempotencyStore(),
  });
  const handle = fetchHandler(dispatcher);
  const around = new Set(container.graph.nodes.filter(({ module }) => module === 'around').map(({ id }) => id));
  return {
    container,
    needs: [...new Set(container.graph.nodes.filter(({ module }) => module === name).flatMap(({ dependencies }) => dependencies.map(({ id }) => id)))].filter((id) => around.has(id)).sort(),
    async request(method, path, body) {
      const answer = await handle(new Request(`http://alone/api/v2${path}`, {
        method, ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      }));
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
    },
    [Symbol.asyncDispose]: () => container.stop(),
  };
}

test('products need a database and somewhere for their events', async () => {
  await using products = await alone(productModule, [sink]);
  expect(products.needs).toEqual([EventSink.id, Database.id].sort());
  const made = await products.request('POST', '/products', { name: 'Tea', category: 'tea', price: { amount: 690, currency: 'EUR' }, stock: 3 });
  expect(made).toMatchObject({ status: 201, body: { data: { name: 'Tea' } } });
  expect(await products.request('GET', `/products/${made.body.data.id}`)).toMatchObject({ status: 200, body: { data: made.body.data } });
  expect(events.map(({ type }) => type)).toEqual(['product.added']);
});

test('orders need somebody who keeps the stock, whoever that is', async () => {
  const stock = provideValue(Stock, { reserve: async () => lines, release: async () => {} });
  await using orders = await alone(orderModule, [sink, stock]);
  expect(orders.needs).toEqual([EventSink.id, Stock.id, Database.id].sort());
  const placed = await orders.request('POST', '/orders', { items: [{ product_id: lines[0]!.productId, quantity: 2 }] });
  expect(placed).toMatchObject({ status: 201, body: { data: { customer_id: ada.id, total: { amount: 1380 } } } });
  expect(await orders.request('POST', `/orders/${placed.body.data.id}/cancel`)).toMatchObject({ status: 200, body: { data: { status: 'cancelled' } } });
  expect(events.map(({ type }) => type)).toEqual(['order.placed', 'order.cancelled']);
});

test('users need somebody who hashes passwords, and somebody who takes back what roles gave', async () => {
  const revoked: string[] = [];
  const passwords = provideValue(Passwords, { hash: async () => 'hash' } as unknown as Passwords);
  const access = provideValue(UserAccess, { rolesChanged: async (id) => void revoked.push(id), removed: async () => {} });
  await using users = await alone(userModule, [sink, passwords, access]);
  expect(users.needs).toEqual([Passwords.id, EventSink.id, Database.id, UserAccess.id].sort());
  const made = await users.request('POST', '/auth/register', { email: 'eve@example.com', password: 'difference engine', name: { given: 'Eve', family: '' } });
  expect(made).toMatchObject({ status: 201, body: { data: { roles: ['user'] } } });
  const { id } = made.body.data;
  expect(await users.request('PUT', `/users/${id}/roles`, { roles: ['user', 'admin'] })).toMatchObject({ status: 200 });
  expect([revoked, events.map(({ type }) => type)]).toEqual([[id], ['user.registered', 'user.roles_changed']]);
});

test('logging in needs users and a way to send mails', async () => {
  const sent: Mail[] = [];
  const mailer = provideValue(Mailer, { send: async (mail) => void sent.push(mail) });
  await using auth = await alone(authModule(tmpdir()), [sink, mailer, memoryUserRepository]);
  expect(auth.needs).toEqual([EventSink.id, Mailer.id, Database.id, UserRepository.id].sort());
  const email = Email.parse('ada@example.com');
  const { state } = registerUser({ id: ada.id, email, name: { given: 'Ada', family: 'Lovelace' }, roles: ['user'] }, new Date());
  await auth.container.resolve(UserRepository).add(decided(state), await auth.container.resolve(Passwords).hash('difference engine'));
  expect(await auth.request('POST', '/auth/login', { email, password: 'analytical engine' })).toMatchObject({ status: 401 });
  expect(await auth.request('POST', '/auth/login', { email, password: 'difference engine' })).toMatchObject({ status: 200, body: { data: { token_type: 'Bearer' } } });
  expect(await auth.request('POST', '/auth/password/forgot', { email })).toMatchObject({ status: 204 });
  await auth.container.stop(); // which waits for mails: nobody who asks shall see by the time whether there is an account
  expect(sent).toMatchObject([{ to: ada.id }]);
});

test('mails need a database, and an order that somebody tells of', async () => {
  await using mail = await alone(mailModule, []);
  expect(mail.needs).toEqual([Database.id]);
  const bus = memoryEvents({ subscribers: mailModule.subscribers, resolve: (wanted) => mail.container.resolve(wanted) });
  await bus.start();
  await bus.append(placeOrder({ id: uuidv7(), customerId: 'alice', lines }, new Date()).events);
  await bus.idle();
  await bus[Symbol.asyncDispose]();
  expect(await database.orm.select().from(mails)).toMatchObject([{ to: 'alice', template: 'order-receipt' }]);
});

test('the audit log needs a bus to pass events on to', async () => {
  await using bus = memoryEvents({ subscribers: [] });
  await using audit = await alone(auditModule, [provideValue(EventBus, bus)]);
  expect(audit.needs).toEqual([EventBus.id, Database.id].sort());
  const [event] = placeOrder({ id: uuidv7(), customerId: 'alice', lines }, new Date(audit.container.resolve(Clock).now())).events;
  await runInContext({ requestId: 'r1', caller: ada }, () => audit.container.resolve(EventSink).append([event!]));
  expect(await audit.request('GET', '/audit-log')).toMatchObject({ status: 200, body: { data: { items: [{ actor: ada.id, action: 'order.placed', request_id: 'r1' }] } } });
});
