import { connect } from 'node:net';
import { Database } from '@org/enterprise-persistence';
import { sql } from 'drizzle-orm';
import type { Role } from '../../src/auth/roles.js';
import { testApi, type TestApi, type TestSettings } from '../../src/testing.js';
import { Email } from '../../src/user/email.js';
import { UserService } from '../../src/user/user.service.js';

export const password = 'nothing that anybody guesses';
const people = { root: ['admin'], sam: ['support', 'user'], ada: ['user'], eve: ['user'] } satisfies Record<string, Role[]>;
export type Person = keyof typeof people;
export const addressOf = (person: Person): string => `${person}@example.com`;

export interface Sent {
  readonly as?: Person;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of the envelope. */
  readonly code: string | undefined;
  readonly data: any;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

/** The assembled application, with a few people in it, for attacks from outside. It holds every answer to what no answer may show. */
export interface Target {
  readonly api: TestApi;
  readonly url: string;
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  /** Sends bytes that no HTTP client would send, and returns what comes back. */
  raw(bytes: string): Promise<string>;
  logIn(person: Person): Promise<{ readonly access_token: string; readonly refresh_token: string }>;
  idOf(person: Person): string;
  /** Says that the test changes data, as those who may do so. */
  changesData(): void;
}

/** What tells a stranger of the inside: places in the source, statements, messages of the database, hashes. */
const innards = /\bat \S+ \(|\.[jt]s:\d+|node_modules|\/src\/|\/dist\/|\b(select|insert|update|delete) .{0,200}\b(from|into|set)\b "|invalid input syntax|syntax error at|violates \w+ constraint|relation "|pglite|drizzle|\$2[aby]\$\d/i;

/** What is left alone by whoever attacks: everything but log-ins and what is under way. */
const kept: Readonly<Record<string, readonly string[]>> = {
  users: [], user_credentials: [], products: [], orders: [], order_lines: [], audit_entries: [], auth_api_keys: ['last_used_at'], auth_one_time_tokens: [], mails: [],
};

/**
 * Attacks the application, on both engines unless told otherwise. After every test it still answers, has failed nobody with a 5xx, has shown
 * nothing of its inside and has its data as they were, and `Object.prototype` is what it was.
 */
export function attack(name: string, tests: (target: Target) => void, settings: TestSettings = {}, engines: readonly ('express' | 'node')[] = ['express', 'node']): void {
  describe.each(engines)(`${name}, on %s`, (HTTP_ENGINE) => {
    let api: TestApi;
    const [ids, tokens] = [new Map<Person, string>(), new Map<Person, string>()];
    const troubles: string[] = [];
    let [before, changes] = ['', false];

    const inspect = (what: string, statuses: readonly number[], text: string): void => {
      if (statuses.some((status) => status >= 500)) troubles.push(`${what}: ${statuses.join()} ${text.slice(0, 300)}`);
      const shown = innards.exec(text);
      if (shown) troubles.push(`${what} shows ${JSON.stringify(shown[0])}: ${text.slice(0, 300)}`);
    };

    const target: Target = {
      get api() { return api; },
      get url() { return api.url; },
      async send(method, path, { as, headers = {}, body } = {}) {
        const response = await fetch(`${api.url}${path}`, {
          method, redirect: 'manual',
          headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...(as && { authorization: `Bearer ${tokens.get(as)}` }), ...headers },
          ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        });
        const text = await response.text();
        inspect(`${method} ${path}`, [response.status], path.startsWith('/docs') ? '' : [...response.headers.values(), text].join('\n'));
        const { code, data, errors = [] } = text.startsWith('{') ? JSON.parse(text) : {};
        return { status: response.status, headers: response.headers, text, code, data, errors };
      },
      async raw(bytes) {
        const text = await answerTo(Number(new URL(api.url).port), bytes);
        inspect(bytes.slice(0, 100), [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status)), text);
        return text;
      },
      async logIn(person) {
        return (await target.send('POST', '/api/v2/auth/login', { body: { email: addressOf(person), password } })).data;
      },
      idOf: (person) => ids.get(person)!,
      changesData() { changes = true; },
    };

    async function fingerprint(): Promise<string> {
      const { orm } = api.app.resolve(Database);
      const parts = Object.entries(kept).map(([table, ignored]) => `select '${table}:' || count(*) || ':' || coalesce(md5(string_agg(row, ',' order by row)), '') as part from (select (to_jsonb(t) - '{${ignored.join()}}'::text[])::text as row from "${table}" t) rows`);
      const { rows } = await orm.execute(sql.raw(parts.join(' union all '))) as unknown as { rows: { part: string }[] };
      return rows.map(({ part }) => part).join('\n');
    }

    beforeAll(async () => {
      api = await testApi({ HTTP_ENGINE, RATE_LIMIT_MAX: 0, SEED_PRODUCTS: 5, ...settings }, { proof: true });
      const users = api.app.resolve(UserService);
      for (const [person, roles] of Object.entries(people) as [Person, Role[]][]) {
        const { id } = await users.register({ email: Email.parse(addressOf(person)), password, name: { given: person, family: '' }, roles });
        ids.set(person, id);
        tokens.set(person, (await target.logIn(person)).access_token);
      }
    }, 60_000);
    afterAll(() => api?.[Symbol.asyncDispose]());

    beforeEach(async () => {
      [before, changes] = [await fingerprint(), false];
      troubles.length = 0;
    });
    afterEach(async () => {
      expect(troubles).toEqual([]);
      expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(pristine);
      expect((await target.send('GET', '/api/v2/me', { as: 'ada' })).data).toMatchObject({ email: addressOf('ada') });
      if (!changes) expect(await fingerprint()).toBe(before);
    });

    tests(target);
  });
}

const pristine = Object.getOwnPropertyNames(Object.prototype).sort();

/** Sends bytes as they are and waits for the end of the connection. */
const answerTo = (port: number, bytes: string): Promise<string> => new Promise((resolve, reject) => {
  let text = '';
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
  socket.setTimeout(20_000, () => socket.destroy(new Error(`No end came after: ${text}`)));
  socket.on('data', (data) => { text += data.toString('latin1'); }).on('error', reject).on('close', () => resolve(text));
});
