import type { Database } from '@org/enterprise-persistence';
import { pgliteDatabase } from '@org/enterprise-persistence/pglite';
import { postgresDatabase } from '@org/enterprise-persistence/postgres';
import { sql } from 'drizzle-orm';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { apiKeySchema } from '../../test/api-key-schema.js';
import { caught, opened, outcome } from '../../test/api-keys.js';
import type { ApiKeyStore } from '../api-keys/index.js';
import { apiKeyStoreContract } from '../contract/index.js';
import { persistenceApiKeyStore } from './persistence-api-key-store.js';

const wanted = { owner: 'ann', name: 'Deployment', scopes: ['orders:read'] };

/** Takes turns between stores, as a load balancer between processes; what is joined stays where it began. */
function balanced(stores: readonly ApiKeyStore[]): ApiKeyStore {
  let next = 0;
  let joined: ApiKeyStore | undefined;
  const turn = (): ApiKeyStore => joined ?? stores[next++ % stores.length]!;
  return {
    find: (id) => turn().find(id),
    list: (owner) => turn().list(owner),
    insert: (key, limit) => turn().insert(key, limit),
    rotate: (rotation) => turn().rotate(rotation),
    remove: (owner, id) => turn().remove(owner, id),
    removeAll: (owner) => turn().removeAll(owner),
    touch: (id, at) => turn().touch(id, at),
    async join(body) {
      if (joined) return joined.join(body);
      joined = turn();
      try {
        return await joined.join(body);
      } finally {
        joined = undefined;
      }
    },
  };
}

describe('on PGlite', () => {
  const db = pgliteDatabase({ folder: 'memory' });
  beforeAll(() => db.script(apiKeySchema), 60_000);
  afterAll(() => db.close());

  apiKeyStoreContract({ describe, test }, { name: 'PGlite', open: () => persistenceApiKeyStore(db) });
  units(() => db);
});

describeWithPostgres('on PostgreSQL', () => {
  let server: PostgresServer;
  const all: Database[] = [];
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterAll(async () => {
    await Promise.all(all.map((db) => db.close()));
    await server[Symbol.asyncDispose]();
  });
  /** Pools of processes that share a database. */
  const pools = async (count: number, max: number): Promise<Database[]> => {
    const url = await server.createDatabase();
    const made = Array.from({ length: count }, () => postgresDatabase({ url, max }));
    all.push(...made);
    await made[0]!.script(apiKeySchema);
    return made;
  };

  for (const [processes, max] of [[1, 10], [1, 1], [2, 10], [2, 1]] as const) {
    let made: Promise<Database[]> | undefined;
    apiKeyStoreContract({ describe, test }, {
      name: `PostgreSQL, ${processes} process(es) with a pool of ${max}`,
      open: async () => balanced((await (made ??= pools(processes, max))).map((db) => persistenceApiKeyStore(db))),
    });
  }

  describe('with a pool of 1', () => {
    let db: Database;
    beforeAll(async () => { [db] = await pools(1, 1) as [Database]; });
    units(() => db);
  });

  test('a key is found by one prepared statement', async () => {
    const [db] = await pools(1, 1);
    const { keys } = opened({ store: persistenceApiKeyStore(db!), cache: { ttl: { seconds: 0 } } });
    const { key } = await keys.issue(wanted);
    await keys.scheme.verify(key, {} as never);
    await keys[Symbol.asyncDispose](); // its last use is noted
    for (let i = 0; i < 3; i++) await keys.scheme.verify(key, {} as never);
    const { rows } = await db!.orm.execute<{ statement: string; n: string }>(sql`select statement, generic_plans + custom_plans as n from pg_prepared_statements where statement like '%from "auth_api_keys"%where "auth_api_keys"."id" = $1' order by n desc`);
    expect(rows.map(({ n }) => Number(n))).toEqual([4]);
  });

  test('two processes that add keys for one owner wait for each other, and for nobody else', async () => {
    const [one, two] = await pools(2, 2);
    const [first, second] = [one, two].map((db) => opened({ store: persistenceApiKeyStore(db!), maxKeys: 1 }).keys);
    let other!: Promise<unknown>;
    await one!.unitOfWork.run(async () => {
      await first!.issue(wanted);
      let done = false;
      other = caught(second!.issue(wanted)).finally(() => { done = true; });
      await second!.issue({ ...wanted, owner: 'bob', scopes: [] });
      expect(done).toBe(false);
    });
    expect(await other).toMatchObject({ code: 'API_KEY_LIMIT_REACHED' });
    expect(await second!.list('ann')).toHaveLength(1);
  });
});

/** What holds on every database. */
function units(database: () => Database): void {
  afterEach(() => database().script('delete from auth_api_keys'));

  test('a whole life of a key: made, used, rotated, used, revoked', async () => {
    const { keys, clock } = opened({ store: persistenceApiKeyStore(database()) });
    const old = await keys.issue({ ...wanted, expiresIn: { days: 30 } });
    expect(await outcome(keys, old.key)).toBe('ann');
    const next = await keys.rotate('ann', old.apiKey.id, { overlap: { hours: 1 } });
    expect([await outcome(keys, old.key), await outcome(keys, next.key)]).toEqual(['ann', 'ann']);
    await keys[Symbol.asyncDispose]();
    expect(await keys.list('ann')).toEqual([{ ...next.apiKey, lastUsedAt: new Date(clock.now()) }]);
    await clock.advance({ hours: 1 });
    expect([await outcome(keys, old.key), await outcome(keys, next.key)]).toEqual(['API_KEY_INVALID', 'ann']);
    await keys.revoke('ann', old.apiKey.id);
    expect(await outcome(keys, next.key)).toBe('API_KEY_INVALID');
    await keys[Symbol.asyncDispose]();
  });

  test('a revocation that cannot be announced did not happen', async () => {
    const { keys, revocations } = opened({ store: persistenceApiKeyStore(database()) });
    const { apiKey } = await keys.issue(wanted);
    const { publish } = revocations;
    revocations.publish = () => Promise.reject(new Error('nobody listens'));
    for (const work of [() => keys.revoke('ann', apiKey.id), () => keys.revokeAll('ann'), () => keys.rotate('ann', apiKey.id, { overlap: { days: 1 } })]) {
      expect((await caught(work())).message).toBe('nobody listens');
    }
    expect(await keys.list('ann')).toEqual([apiKey]);
    revocations.publish = publish;
    await keys.revoke('ann', apiKey.id);
    expect(await keys.list('ann')).toEqual([]);
  });

  test('what is done in a unit of work goes with it', async () => {
    const db = database();
    const { keys } = opened({ store: persistenceApiKeyStore(db) });
    const { apiKey } = await keys.issue(wanted);
    await expect(db.unitOfWork.run(async () => {
      await keys.issue({ ...wanted, name: 'second' });
      await keys.revoke('ann', apiKey.id);
      throw new Error('rolled back');
    })).rejects.toThrow('rolled back');
    expect(await keys.list('ann')).toEqual([apiKey]);
  });
}
