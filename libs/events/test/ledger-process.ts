import { setTimeout as pause } from 'node:timers/promises';
import { postgresDatabase } from '@org/enterprise-persistence/postgres';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { postgresEvents } from '../src/drivers/postgres.js';
import { defineEvent, subscribe, type Subscriber } from '../src/index.js';

// A process that writes facts with their events as fast as it can, and has two subscribers that write down an effect of each.
// It is meant to be killed at any moment. Told `deliver`, it writes no facts; it ends on the word `drain`.
const [url, does] = process.argv.slice(2);
const database = postgresDatabase({ url: url!, max: 6 });
const { unitOfWork, orm } = database;
const keys = 5;

const Noted = defineEvent('fact.noted', { schema: z.object({ key: z.string(), number: z.int() }), key: ({ key }) => key });

const effect = (name: string, failing: number): Subscriber => subscribe(Noted, {
  name, retry: { first: { milliseconds: 5 }, longest: { milliseconds: 20 }, attempts: 1000 },
  async handle({ id, payload: { key, number } }) {
    await orm.execute(sql`insert into effects (subscriber, event_id, key, number, process) values (${name}, ${id}, ${key}, ${number}, ${process.pid})`);
    if (Math.random() < failing) throw new Error('by chance');
  },
});
const bus = postgresEvents(database, { subscribers: [effect('first', 0), effect('second', 0.2)], batch: 20, poll: { milliseconds: 50 } });
await bus.start();
process.stdout.write('started\n');

let ending = false;
process.stdin.once('data', () => { ending = true; });

async function writeFacts(key: string): Promise<void> {
  while (!ending) {
    await unitOfWork.run(async () => {
      // As an aggregate's row would be locked by whoever changes it.
      await orm.execute(sql`select pg_advisory_xact_lock(hashtext(${key}))`);
      const { rows: [row] } = await orm.execute<{ number: number }>(sql`select coalesce(max(number), 0)::int + 1 as number from facts where key = ${key}`);
      const event = Noted({ key, number: row!.number });
      await orm.execute(sql`insert into facts (event_id, key, number) values (${event.id}, ${key}, ${row!.number})`);
      await bus.append([event]);
    });
    await pause(Math.random() * 5);
  }
}
const writing = does === 'deliver' ? [] : Array.from({ length: keys }, (_, i) => writeFacts(`k${i}`));
while (!ending) await pause(10);
await Promise.all(writing);
// Those that wait for their next attempt do not keep a bus from being idle.
const waiting = async (): Promise<boolean> => (await orm.execute(sql`select 1 from event_inbox where state = 'pending' limit 1`)).rowCount > 0;
do await bus.idle(); while (does === 'deliver' && await waiting());
await bus.drain();
await database.close();
process.exit();
