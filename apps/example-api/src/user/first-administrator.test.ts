import { inspect } from 'node:util';
import { Passwords } from '@org/enterprise-auth/passwords';
import { createContainer, provide, provideValue } from '@org/enterprise-di';
import { systemClock, type Logger } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { postgresDatabase } from '@org/enterprise-persistence/postgres';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { EventSink } from '../events/event-sink.js';
import { Clock, Settings, Terminal } from '../platform.js';
import { testApi, type TestApi, type TestSettings } from '../testing.js';
import { Email } from './email.js';
import { FirstAdministrator } from './first-administrator.js';
import { drizzleUserRepository } from './user.repository.drizzle.js';
import { UserAccess } from './user-access.js';
import { UserRepository } from './user.repository.js';
import { UserService } from './user.service.js';
import { changeRoles } from './user.js';

describeWithPostgres('the first administrator', () => {
  let server: PostgresServer;
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());
  const dev = { APP_ENV: 'dev', SEED_PRODUCTS: 0 } as const;
  const shown = /^The first administrator is (\S+) with the password (\S{20}) /;

  /** Starts the application and tells what a person saw at the terminal meanwhile. */
  async function started(settings: TestSettings): Promise<{ readonly api: TestApi; readonly texts: readonly string[]; readonly logged: readonly string[] }> {
    const texts: string[] = [];
    const logged: string[] = [];
    const note = (message: string, fields?: object): void => { logged.push(`${message} ${inspect(fields, { depth: 9 })}`); };
    const logger: Logger = { debug: note, info: note, warn: note, error: note, child: () => logger };
    return { api: await testApi(settings, { terminal: (text) => { texts.push(text); }, logger }), texts, logged };
  }
  const found = (api: TestApi, email: string) => api.app.resolve(UserRepository).findByEmail(Email.parse(email));
  const opens = async (api: TestApi, email: string, password: string): Promise<boolean> => {
    const { id } = (await found(api, email))!;
    return (await api.app.resolve(Passwords).verify(password, await api.app.resolve(UserRepository).passwordHash(id))).valid;
  };

  test('gets a password of their own in dev, which is shown at the first start only, and never by the logger', async () => {
    const DATABASE_URL = await server.createDatabase();
    const first = await started({ ...dev, DATABASE_URL });
    const [, email, password] = shown.exec(first.texts.join(''))!;
    expect([email, first.texts.length, (await found(first.api, email!))!.roles, await opens(first.api, email!, password!)]).toEqual(['admin@example.com', 1, ['admin'], true]);
    await first.api[Symbol.asyncDispose]();
    expect([first.logged.length > 0, first.logged.filter((line) => line.includes(password!))]).toEqual([true, []]);

    const second = await started({ ...dev, DATABASE_URL });
    expect([second.texts, await opens(second.api, email!, password!)]).toEqual([[], true]);
    await second.api[Symbol.asyncDispose]();
  });

  test('is never reset: neither password nor roles', async () => {
    const DATABASE_URL = await server.createDatabase();
    const settings = { DATABASE_URL, ADMIN_EMAIL: 'root@example.com' };
    const first = await started({ ...settings, ADMIN_PASSWORD: 'correct horse' });
    const users = first.api.app.resolve(UserRepository);
    await users.save(changeRoles((await found(first.api, 'root@example.com'))!, ['user'], { by: 'other', administrators: new Set(['other', 'root']) }, new Date()));
    await first.api[Symbol.asyncDispose]();

    const second = await started({ ...settings, ADMIN_PASSWORD: 'another horse' });
    expect([await opens(second.api, 'root@example.com', 'correct horse'), (await found(second.api, 'root@example.com'))!.roles, first.texts, second.texts]).toEqual([true, ['user'], [], []]);
    await second.api[Symbol.asyncDispose]();
  });

  test('is one, though several processes find nobody at the same moment, and only the password that counts is shown', async () => {
    const url = await server.createDatabase();
    await (await started({ DATABASE_URL: url })).api[Symbol.asyncDispose](); // makes the tables
    const processes = 4;
    // Nobody has a hash before all of them have found that there is no administrator.
    let waiting = 0;
    let all = (): void => {};
    const gathered = new Promise<void>((resolve) => { all = resolve; });
    const hash = async (password: string): Promise<string> => {
      if (++waiting === processes) all();
      await gathered;
      return `hash of ${password}`;
    };
    const texts: string[] = [];
    const containers = Array.from({ length: processes }, () => createContainer({ modules: [{ name: 'test', providers: [
      provideValue(Settings, { APP_ENV: 'dev' } as never), provideValue(Clock, systemClock), provideValue(Terminal, (text) => { texts.push(text); }),
      provideValue(Passwords, { hash } as Passwords), provideValue(UserAccess, {} as UserAccess), provideValue(EventSink, { append: async () => {} }),
      provide(Database, {}, () => postgresDatabase({ url, max: 1 })), drizzleUserRepository, UserService, FirstAdministrator,
    ] }] }));
    await Promise.all(containers.map((container) => container.start()));
    const users = containers[0]!.resolve(UserRepository);
    const { id } = (await users.findByEmail(Email.parse('admin@example.com')))!;
    expect([waiting, texts.map((text) => `hash of ${shown.exec(text)![2]}`)]).toEqual([processes, [await users.passwordHash(id)]]);
    await Promise.all(containers.map((container) => container.stop()));
  });

  test('is nobody in a test that names none', async () => {
    const { api, texts } = await started({ DATABASE_URL: await server.createDatabase() });
    expect([await found(api, 'admin@example.com'), texts]).toEqual([undefined, []]);
    await api[Symbol.asyncDispose]();
  });
});
