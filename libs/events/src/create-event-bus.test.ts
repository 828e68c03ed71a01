import { manualClock, type Logger, type Meter } from '@org/enterprise-kernel';
import { z } from 'zod';
import { createEventBus } from './create-event-bus.js';
import { defineEvent } from './define-event.js';
import type { EventBusOptions } from './event-bus.js';
import type { Backlog } from './event-store.js';
import { MemoryStore } from './memory-store.js';
import { subscribe } from './subscribe.js';

const Noted = defineEvent('note.taken', { schema: z.object({ text: z.string() }), key: ({ text }) => text });

/** Counts what it is asked, and fails while it is told to. */
class WatchedStore extends MemoryStore {
  readonly calls: Record<string, number> = {};
  readonly purges: Date[] = [];
  readonly registered: Date[] = [];
  failing = false;
  purged = 0;
  others: Backlog[] = [];

  #count(name: string): void {
    this.calls[name] = (this.calls[name] ?? 0) + 1;
    if (this.failing) throw new Error('the database is away');
  }
  override async relay(limit: number, now: Date) { this.#count('relay'); return super.relay(limit, now); }
  override async due(...[lanes, now]: Parameters<MemoryStore['due']>) { this.#count('due'); return super.due(lanes, now); }
  override async handle(...[lane, options]: Parameters<MemoryStore['handle']>) { this.#count('handle'); return super.handle(lane, options); }
  override async register(...[lanes, now]: Parameters<MemoryStore['register']>) { this.registered.push(now); return super.register(lanes, now); }
  override async backlogs() { return [...await super.backlogs(), ...this.others]; }
  override async purge(before: Date) { this.purges.push(before); return this.purged; }
}

function setUp(options: Partial<EventBusOptions> = {}) {
  const clock = manualClock();
  const logged: { readonly level: string; readonly message: string; readonly fields: any }[] = [];
  const at = (level: string) => (message: string, fields?: object): void => { logged.push({ level, message, fields }); };
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => logger };
  const texts: string[] = [];
  const reader = subscribe(Noted, {
    name: 'note.reader', retry: { attempts: 2, first: { seconds: 4 } },
    async handle({ payload: { text } }) {
      if (text.startsWith('bad')) throw new Error('cannot');
      texts.push(text);
    },
  });
  const store = new WatchedStore();
  const bus = createEventBus(store, { subscribers: [reader], clock, logger, ...options });
  return { clock, logged, texts, store, bus };
}

test('a bus with nothing to do asks once each poll', async () => {
  const { clock, store, bus } = setUp({ poll: { seconds: 2 } });
  await bus.start();
  await clock.advance({ seconds: 1 });
  const before = { ...store.calls };
  await clock.advance({ seconds: 20 });
  expect(store.calls['relay']! - before['relay']!).toBe(10);
  expect(store.calls['due']! - before['due']!).toBe(10);
  expect(store.calls['handle']).toBeUndefined();
  await bus.drain();
  expect(clock.pending).toBe(0);
});

test('a failed event is due again after its pause, without a poll', async () => {
  const { clock, store, bus, logged } = setUp({ poll: { hours: 1 } });
  await bus.start();
  await clock.advance({ seconds: 1 });
  await bus.append([Noted({ text: 'bad' })]);
  await clock.advance({ milliseconds: 1 });
  expect(store.calls['handle']).toBeGreaterThanOrEqual(1);
  expect(await bus.deadLetters.list()).toEqual([]);
  await clock.advance({ seconds: 5 });
  expect(await bus.deadLetters.list()).toHaveLength(1);
  expect(logged.map(({ level, message, fields }) => [level, message, fields.attempt])).toEqual([
    ['warn', 'An event could not be handled and is tried again.', 1],
    ['error', 'An event is given up and is a dead letter now.', 2],
  ]);
  await bus.drain();
});

test('an outage is logged once, is not hammered at, and ends in delivery', async () => {
  const { clock, store, bus, logged, texts } = setUp();
  await bus.start();
  await clock.advance({ seconds: 1 });
  await bus.append([Noted({ text: 'a' })]);
  store.failing = true;
  const before = store.calls['relay']!;
  await clock.advance({ minutes: 5 });
  expect(store.calls['relay']! - before).toBeLessThan(60);
  expect(logged.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual(['Events cannot be moved to their subscribers.']);
  await clock.advance({ minutes: 5 });
  store.failing = false;
  await clock.advance({ seconds: 20 });
  expect(texts).toEqual(['a']);
  expect(logged.at(-1)).toMatchObject({ level: 'info', message: 'Events are moved to their subscribers again.' });
  await bus.drain();
});

test('health says that events have not been moved for long, and that the bus has not been started', async () => {
  const { clock, store, bus } = setUp();
  const check = () => bus.health.check(AbortSignal.timeout(1000));
  await expect(check()).rejects.toThrow('has not been started');
  await bus.start();
  await clock.advance({ seconds: 1 });
  await expect(check()).resolves.toEqual({ last_pass_ms: expect.any(Number) });
  store.failing = true;
  await clock.advance({ seconds: 40 });
  await expect(check()).rejects.toThrow(/not been moved for \d+ s/);
  await bus.drain();
});

test('what is done is forgotten after the retention, in batches', async () => {
  const { clock, store, bus } = setUp({ retention: { days: 2 } });
  await bus.start();
  await clock.advance({ seconds: 1 });
  expect(store.purges).toEqual([new Date(clock.now() - 1000 - 2 * 86_400_000)]);
  await clock.advance({ seconds: 57 });
  expect(store.purges).toHaveLength(1);
  store.purged = 500;
  await clock.advance({ seconds: 5 });
  expect(store.purges.length).toBeGreaterThan(3);
  await bus.drain();
});

test('subscribers are made known again every hour', async () => {
  const { clock, store, bus } = setUp();
  await bus.start();
  const start = store.registered[0]!.getTime();
  await clock.advance({ hours: 2, minutes: 1 });
  expect(store.registered.map((at) => Math.round((at.getTime() - start) / 3_600_000))).toEqual([0, 1, 2]);
  await bus.drain();
});

test('events of a subscriber that no process has are reported once', async () => {
  const { clock, store, bus, logged } = setUp();
  const lost = { pending: 3, dead: 0, oldest: new Date(clock.now()) };
  store.others = [
    { ...lost, subscriber: 'removed', seenAt: undefined },
    { ...lost, subscriber: 'forgotten', seenAt: new Date(clock.now() - 3 * 3_600_000) },
    { ...lost, subscriber: 'of-another-process', seenAt: new Date(clock.now()) },
    { ...lost, subscriber: 'only-dead', pending: 0, dead: 2, seenAt: undefined },
  ];
  await bus.start();
  await clock.advance({ minutes: 10 });
  expect(logged.map(({ level, fields }) => [level, fields])).toEqual([['warn', { subscriber: 'removed', pending: 3 }], ['warn', { subscriber: 'forgotten', pending: 3 }]]);
  await bus.drain();
});

test('what happens is counted and measured', async () => {
  const counted: Record<string, number> = {};
  const note = (name: string) => (value: number, labels: object): void => { counted[`${name} ${Object.values(labels).join(' ')}`] = (name.endsWith('_total') ? counted[`${name} ${Object.values(labels).join(' ')}`] ?? 0 : 0) + value; };
  const meter = {
    counter: ({ name }: { name: string }) => ({ add: note(name) }),
    histogram: ({ name }: { name: string }) => ({ record: (value: number, labels: object) => note(`${name}_total`)(value >= 0 ? 1 : NaN, labels) }),
    gauge: ({ name }: { name: string }) => ({ set: note(name) }),
  } as unknown as Meter;
  const { clock, bus } = setUp({ meter });
  await bus.start();
  await clock.advance({ seconds: 1 });
  for (const text of ['a', 'b', 'bad']) await bus.append([Noted({ text })]);
  await clock.advance({ seconds: 3 });
  expect(counted).toMatchObject({ 'events_published_total note.taken': 3, 'event_deliveries_total note.reader delivered': 2, 'event_deliveries_total note.reader failed': 1 });
  await clock.advance({ seconds: 30 });
  expect(counted).toEqual({
    'events_published_total note.taken': 3,
    'event_deliveries_total note.reader delivered': 2, 'event_deliveries_total note.reader failed': 1, 'event_deliveries_total note.reader dead': 1,
    'event_delivery_seconds_total note.reader': 4,
    'events_pending note.reader': 0, 'events_dead note.reader': 1, 'event_lag_seconds note.reader': 0,
  });
  await bus.drain();
});

test('a bus starts once, and one that was never started drains at once', async () => {
  const { bus } = setUp();
  await bus.start();
  await expect(bus.start()).rejects.toThrow('started before');
  await bus.drain();
  await setUp().bus.drain();
  await expect(setUp().bus.idle()).rejects.toThrow(TypeError);
});
