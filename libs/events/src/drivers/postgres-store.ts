import { TransactionConflict, type Database } from '@org/enterprise-persistence';
import { EventOutsideUnit } from '../errors.js';
import type { EventStore, FailedEvent, Failure, Lane, TakenEvent } from '../event-store.js';
import type { RecordedEvent } from '../recorded-event.js';
import type { EventTransport } from '../transport.js';
import { inboxStatements, textArray } from './inbox-statements.js';
import { outboxStatements } from './outbox-statements.js';
import { inboxUpkeep } from './inbox-upkeep.js';
import { toEvent, toJson, toRow, type StoredEvent } from './stored-event.js';

/** Outbox and inbox as tables of the application's own database. */
export function postgresStore(database: Database, transport: EventTransport | undefined): EventStore {
  const { orm, unitOfWork } = database;
  const outbox = outboxStatements(orm);
  const inbox = inboxStatements(orm);
  const relayOf = memoized(outbox.relay);
  const takeOf = memoized(inbox.takeSeveral);
  const laneOf = ({ subscriber, types }: Lane) => ({ subscriber, types: textArray(types) });
  const taking = (row: StoredEvent & { readonly attempts: number }, attempt: number): TakenEvent => ({ event: toEvent(row), attempt, fence: row.attempts });

  async function publish(to: EventTransport, limit: number): ReturnType<EventStore['relay']> {
    const [turn] = await outbox.turn.execute();
    if (!turn!.mine) return { taken: 0, busy: true, added: {} };
    const rows = await outbox.next.execute({ limit });
    if (rows.length > 0) {
      await to.publish(rows.map(toEvent));
      await outbox.remove.execute({ positions: `{${rows.map(({ position }) => position).join()}}` });
    }
    return { taken: rows.length, busy: false, added: {} };
  }

  async function receive(events: readonly RecordedEvent[], now: Date): Promise<void> {
    if (events.length > 0) await outbox.receive.execute({ events: toJson(events), now });
  }

  async function fail(lane: Lane, { event, attempt, fence }: TakenEvent, { error, again }: Failure, now: Date): Promise<void> {
    await inbox.fail.execute({
      ...laneOf(lane), eventId: event.id, fence, attempts: attempt, error,
      state: again ? 'pending' : 'dead', dueAt: again ?? now, settledAt: again ? null : now,
    });
  }

  return {
    ...inboxUpkeep(orm),
    // Units on the one connection of PGlite would only wait for each other.
    concurrency: database.driver === 'pglite' ? 1 : 4,

    async append(events, committed) {
      if (!unitOfWork.active) throw new EventOutsideUnit();
      if (events.length === 1) await unitOfWork.atCommit(outbox.appendOne, { ...toRow(events[0]!) });
      else await unitOfWork.atCommit(outbox.append, { events: toJson(events) });
      unitOfWork.afterCommit(committed);
    },

    async relay(limit, now) {
      // The server needs a transaction for the turn while it waits for the transport, which needs none of this database.
      if (transport) return unitOfWork.run(() => publish(transport, limit));
      const [row] = await relayOf(limit).execute({ now });
      return { taken: row!.taken, busy: !row!.mine, added: JSON.parse(row!.added) as Record<string, number> };
    },

    async outboxed() { return (await outbox.any.execute()).length > 0; },

    async due(lanes, now) {
      const found = await Promise.all(lanes.map(async (lane) => (await inbox.isDue.execute({ ...laneOf(lane), now })).length > 0));
      return lanes.filter((_, i) => found[i]).map(({ subscriber }) => subscriber);
    },

    handle: (lane, { most, now, handle, judge }) => unitOfWork.run(async () => {
      const rows = await takeOf(most).execute({ ...laneOf(lane), now: now() });
      if (rows.length === 0) return 'nothing';
      const handled: string[] = [];
      const failed: FailedEvent[] = [];
      for (const row of rows) {
        const taken = taking(row, row.attempts + 1);
        try {
          await unitOfWork.run(() => handle(taken));
          handled.push(row.eventId);
        } catch (error) {
          // The whole unit is run again by itself.
          if (TransactionConflict.is(error)) throw error;
          const failure = judge(taken, error);
          await fail(lane, taken, failure, now());
          failed.push({ taken, error, failure });
        }
      }
      if (handled.length === 0) return { more: true, handled: 0, failed };
      const [done] = await inbox.completeSeveral.execute({ ...laneOf(lane), eventIds: textArray(handled), takenIds: textArray(rows.map(({ eventId }) => eventId)), now: now() });
      return { more: done!.more || failed.length > 0, handled: handled.length, failed };
    }),

    async claim(lane, now, until) {
      const [row] = await inbox.claim.execute({ ...laneOf(lane), now, until });
      return row && taking(row, row.attempts);
    },

    async complete(lane, { event, fence }, now) {
      const [done] = await inbox.complete.execute({ ...laneOf(lane), eventId: event.id, fence, now });
      return { more: done?.more ?? true };
    },

    fail,

    ...(transport && {
      open: (received, now) => transport.open(async (events) => {
        await receive(events, now());
        received();
      }),
      close: () => transport.close(),
    }),
  };
}

/** What `make` makes of a number, once for each. */
function memoized<R>(make: (of: number) => R): (of: number) => R {
  const made = new Map<number, R>();
  return (of) => {
    const known = made.get(of) ?? make(of);
    made.set(of, known);
    return known;
  };
}
