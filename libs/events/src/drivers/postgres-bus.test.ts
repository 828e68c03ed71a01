import { setTimeout as pause } from 'node:timers/promises';
import { manualClock } from '@org/enterprise-kernel';
import type { Database } from '@org/enterprise-persistence';
import { postgresDatabase, type PostgresDatabaseOptions } from '@org/enterprise-persistence/postgres';
import { sql } from 'drizzle-orm';
import { describeWithOwnPostgres, describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { schema } from '../../test/schema.js';
import { append, Opened, quickly, recorder, until } from '../contract/fixture.js';
import type { EventBusOptions } from '../event-bus.js';
import type { RecordedEvent } from '../recorded-event.js';
import { subscribe } from '../subscribe.js';
import type { EventTransport } from '../transport.js';
import { postgresStore } from './postgres-store.js';
import { eventInbox, postgresEvents } from './postgres.js';

const open = (server: PostgresServer, opened: Database[]) => async (options: Partial<PostgresDatabaseOptions> = {}): Promise<Database> => {
  const db = postgresDatabase({ url: await server.createDatabase(), ...options });
  opened.push(db);
  await db.script(schema);
  return db;
};
const start = async (db: Database, options: EventBusOptions & { readonly transport?: EventTransport }) => {
  const bus = postgresEvents(db, options);
  await bus.start();
  return { bus, run: <R>(body: () => Promise<R>) => db.unitOfWork.run(body), [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose]() };
};
const count = async (db: Database, of: string): Promise<number> => Number((await db.orm.execute<{ n: string }>(sql.raw(`select count(*) as n from ${of}`))).rows[0]!.n);

describeWithPostgres('a bus on PostgreSQL', () => {
  let server: PostgresServer;
  const opened: Database[] = [];
  const database = (options?: Partial<PostgresDatabaseOptions>): Promise<Database> => open(server, opened)(options);
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterAll(async () => {
    await Promise.all(opened.map((db) => db.close()));
    await server[Symbol.asyncDispose]();
  });

  test('takes events in a unit of work only', async () => {
    const db = await database();
    const bus = postgresEvents(db, { subscribers: [] });
    await expect(bus.append([Opened({ account: 'a', n: 1 })])).rejects.toMatchObject({ code: 'EVENT_OUTSIDE_UNIT' });
    await bus.append([]);
    expect(await count(db, 'event_outbox')).toBe(0);
  });

  test('drops events that nobody subscribes to', async () => {
    const db = await database();
    await using one = await start(db, { subscribers: [] });
    await append(one, 'a', 1);
    await one.bus.idle();
    expect(await count(db, 'event_outbox')).toBe(0);
    expect(await count(db, 'event_inbox')).toBe(0);
  });

  test('takes back what a handler wrote before it failed, and a failure at the commit is one too', async () => {
    const db = await database();
    await db.script('alter table effects add constraint late unique (key) deferrable initially deferred');
    let attempts = 0;
    const subscriber = subscribe(Opened, {
      // One at a time: after a commit that fails another one could take the event before it is noted, and try once more.
      name: 'writer', concurrency: 1, retry: { ...quickly, attempts: 3 },
      async handle({ id, key }) {
        await db.orm.execute(sql`insert into effects (subscriber, event_id, key, number, process) values ('writer', ${id}, ${key}, 1, 1)`);
        if (++attempts === 1) throw new Error('first');
        // A second one of the same key stands against the constraint, which is looked at with the commit.
        if (attempts === 2) await db.orm.execute(sql`insert into effects (subscriber, event_id, key, number, process) values ('writer', ${id}, ${key}, 2, 1)`);
      },
    });
    await using one = await start(db, { subscribers: [subscriber] });
    await append(one, 'a', 1);
    await until(async () => (await count(db, `event_inbox where state = 'done'`)) === 1, 'it is handled');
    expect(attempts).toBe(3);
    expect(await count(db, 'effects')).toBe(1);
    expect(await count(db, 'event_inbox where attempts = 2')).toBe(1);
  });

  test('handles quick events that wait together in one unit, where a failure takes back nothing but its own', async () => {
    const db = await database();
    const attempts = new Map<string, number>();
    const subscriber = subscribe(Opened, {
      name: 'writer', concurrency: 1, batch: 8, retry: { ...quickly, attempts: 3 },
      async handle({ id, key }) {
        attempts.set(key, (attempts.get(key) ?? 0) + 1);
        await db.orm.execute(sql`insert into effects (subscriber, event_id, key, number, process) values ('writer', ${id}, ${key}, 1, txid_current())`);
        if (key === 'k7') throw new Error('never');
        if (key === 'k9' && attempts.get(key) === 1) await db.script('select nothing').catch(() => {});
      },
    });
    const before = postgresEvents(db, { subscribers: [] });
    await db.unitOfWork.run(() => before.append(Array.from({ length: 40 }, (_, n) => Opened({ account: `k${n}`, n }))));
    await using one = await start(db, { subscribers: [subscriber] });
    await until(async () => (await count(db, `event_inbox where state <> 'pending'`)) === 40, 'all have ended');
    expect([attempts.get('k7'), attempts.get('k8'), attempts.get('k9')]).toEqual([3, 1, 2]);
    expect(await count(db, `event_inbox where state = 'dead'`)).toBe(1);
    expect((await one.bus.deadLetters.list()).map(({ event: { key }, attempts: tried, error }) => [key, tried, error])).toEqual([['k7', 3, 'never']]);
    expect(await count(db, 'effects')).toBe(39);
    // 1, then 8 at a time, as long as others wait and the machine is quick; what failed comes again alone.
    expect(await count(db, '(select distinct process from effects) units')).toBeLessThan(30);
  });

  test('counts a statement that failed as a failure, though the handler swallows it', async () => {
    const db = await database();
    const subscriber = subscribe(Opened, { name: 'swallower', retry: { ...quickly, attempts: 2 }, handle: () => db.script('select nothing').catch(() => {}) });
    await using one = await start(db, { subscribers: [subscriber] });
    await append(one, 'a', 1);
    await until(async () => (await one.bus.deadLetters.list()).length === 1, 'it is dead');
    expect((await one.bus.deadLetters.list())[0]!.error).toMatch(/^UNIT_OF_WORK_FAILED/);
  });

  test('serves the subscribers of all processes, whichever moves an event, and keeps events for those that are away', async () => {
    const db = await database();
    const [here, there] = [recorder('here'), recorder('there')];
    await using first = await start(db, { subscribers: [here.subscriber] });
    const second = await start(db, { subscribers: [there.subscriber], poll: { milliseconds: 20 } });
    for (let n = 1; n <= 5; n++) await append(first, 'a', n);
    await until(() => here.handled.length === 5 && there.handled.length === 5, 'both have all');
    await second.bus.drain();
    await append(first, 'a', 6);
    await first.bus.idle();
    expect(there.handled).toHaveLength(5);
    await using again = await start(db, { subscribers: [there.subscriber] });
    await again.bus.idle();
    expect(there.handled).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
  });

  test('leaves a type that its code does not know to the process that does', async () => {
    const db = await database();
    const { subscriber, handled } = recorder('split');
    const narrow = subscribe(Opened, { name: 'split', handle: async ({ payload }) => void handled.push(`narrow${payload.n}`) });
    await (await start(db, { subscribers: [subscriber] })).bus.drain();
    await using old = await start(db, { subscribers: [narrow] });
    const { Moved } = await import('../contract/fixture.js');
    await old.run(() => old.bus.append([Moved({ account: 'a', n: 1 }), Opened({ account: 'a', n: 2 })]));
    await old.bus.idle();
    expect(handled).toEqual(['narrow2']);
    await old.bus.drain();
    await using fresh = await start(db, { subscribers: [subscriber] });
    await fresh.bus.idle();
    expect(handled).toEqual(['narrow2', 'a1']);
  });

  test('hands a claimed event to another process when its time has passed, and no earlier', async () => {
    const db = await database();
    const store = postgresStore(db, undefined);
    const lane = { subscriber: 'mail', types: [Opened.type] };
    const now = new Date();
    const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
    await store.register([lane], now);
    await db.unitOfWork.run(() => store.append([{ ...Opened({ account: 'a', n: 1 }), occurredAt: now }], () => {}));
    await store.relay(10, now);
    const first = await store.claim(lane, now, later(30));
    expect(first).toMatchObject({ attempt: 1 });
    expect(await store.claim(lane, later(29), later(60))).toBeUndefined();
    const second = await store.claim(lane, later(31), later(61));
    expect(second).toMatchObject({ attempt: 2, event: { id: first!.event.id } });
    // The first one is late: neither outcome counts any more.
    await store.fail(lane, first!, { error: 'late', again: undefined }, later(32));
    await store.complete(lane, first!, later(32));
    expect(await count(db, `event_inbox where state = 'pending' and attempts = 2`)).toBe(1);
    await store.complete(lane, second!, later(33));
    expect(await count(db, `event_inbox where state = 'done'`)).toBe(1);
  });

  test('gives up a claimed event that took its process down at every attempt', async () => {
    const db = await database();
    const { subscriber, handled } = recorder('poisoned', { guarantee: 'at-least-once', retry: { attempts: 3 } });
    await using one = await start(db, { subscribers: [subscriber] });
    await one.bus.drain();
    await append(one, 'a', 1);
    const store = postgresStore(db, undefined);
    await store.relay(10, new Date());
    await db.script('update event_inbox set attempts = 3');
    await using next = await start(db, { subscribers: [subscriber] });
    await next.bus.idle();
    expect(handled).toEqual([]);
    expect(await next.bus.deadLetters.list()).toMatchObject([{ subscriber: 'poisoned', error: expect.stringContaining('Nobody took note') }]);
  });

  test('forgets what was done before the retention, and subscribers that nobody has started since', async () => {
    const db = await database();
    const clock = manualClock(new Date());
    const store = postgresStore(db, undefined);
    const lane = { subscriber: 'old', types: [Opened.type] };
    await store.register([lane], new Date(clock.now() - 8 * 86_400_000));
    await store.register([{ ...lane, subscriber: 'new' }], new Date(clock.now() - 6 * 86_400_000));
    const [done, fresh, pending] = [8, 6, 9].map((days) => new Date(clock.now() - days * 86_400_000)) as [Date, Date, Date];
    await db.orm.insert(eventInbox).values(([['done', done], ['done', fresh], ['pending', pending], ['dead', done]] as const).map(([state, settledAt], i) => ({
      subscriber: 'old', eventId: `e${i}`, type: Opened.type, version: 1, key: 'a', payload: {}, occurredAt: settledAt, dueAt: settledAt, state, settledAt,
    })));
    expect(await store.purge(new Date(clock.now() - 7 * 86_400_000), 500)).toBe(1);
    expect((await db.orm.select({ id: eventInbox.eventId }).from(eventInbox).orderBy(eventInbox.eventId)).map(({ id }) => id)).toEqual(['e1', 'e2', 'e3']);
    expect(await count(db, `event_subscriptions where subscriber = 'new'`)).toBe(1);
    expect(await count(db, 'event_subscriptions')).toBe(1);
  });

  test('sends events through a transport and recognises those that come twice', async () => {
    const [here, there] = [await database(), await database({ max: 1 })];
    const wire = loopback();
    const { subscriber, handled } = recorder('far');
    const { subscriber: near, handled: nearby } = recorder('near');
    await using sender = await start(here, { subscribers: [near], transport: wire.sender, poll: { milliseconds: 20 }, batch: 3 });
    await using receiver = await start(there, { subscribers: [subscriber], transport: wire.receiver });
    wire.failing = 2;
    for (let n = 1; n <= 10; n++) await append(sender, n % 2 ? 'odd' : 'even', n);
    await until(() => handled.length === 10, 'all have arrived');
    await wire.repeatAll();
    await receiver.bus.idle();
    for (const key of ['odd', 'even']) {
      expect(handled.filter((each) => each.startsWith(key))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter((n) => (n % 2 ? 'odd' : 'even') === key).map((n) => `${key}${n}`));
    }
    expect(nearby).toEqual([]);
    expect(await count(here, 'event_outbox')).toBe(0);
    expect(wire.sent.length).toBeGreaterThan(10);
  });
});

describeWithOwnPostgres('a bus whose server crashes', () => {
  test('says so once and goes on when it is back', async () => {
    await using server = await startPostgres({ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' });
    const opened: Database[] = [];
    const db = await open(server, opened)({ acquireTimeout: { seconds: 2 } });
    const errors: string[] = [];
    const logger: any = { debug() {}, info() {}, warn() {}, error: (message: string) => errors.push(message), child: () => logger };
    const { subscriber, handled } = recorder('survivor', { retry: { ...quickly, attempts: 50 }, before: () => pause(5) });
    {
      await using one = await start(db, { subscribers: [subscriber], logger, poll: { milliseconds: 100 } });
      for (let n = 1; n <= 40; n++) await append(one, `k${n % 4}.`, n);
      await until(() => handled.length > 2, 'it delivers');
      await server.crash();
      await pause(1_000);
      await server.restart();
      await until(async () => (await count(db, `event_inbox where state = 'done'`).catch(() => 0)) === 40, 'all are handled');
      await append(one, 'after', 1);
      await until(() => handled.includes('after1'), 'it goes on');
    }
    expect(errors).toEqual(['Events cannot be moved to their subscribers.']);
    await db.close();
  }, 60_000);
});

/** A broker in this process that may lose the acknowledgement of what it has taken. */
function loopback() {
  const sent: RecordedEvent[] = [];
  let receive: ((events: readonly RecordedEvent[]) => Promise<void>) | undefined;
  const wire = {
    sent, failing: 0,
    sender: {
      async publish(events: readonly RecordedEvent[]) {
        sent.push(...events);
        await receive?.(events);
        if (wire.failing-- > 0) throw new Error('the acknowledgement is lost');
      },
      open: async () => {}, close: async () => {},
    } satisfies EventTransport,
    receiver: {
      publish: async () => { throw new Error('nothing to send'); },
      async open(receiving) { receive = receiving; },
      async close() { receive = undefined; },
    } satisfies EventTransport,
    repeatAll: async () => receive?.(sent.slice()),
  };
  return wire;
}
