import { AsyncLocalStorage } from 'node:async_hooks';
import type { DeadLetterFilter } from './event-bus.js';
import type { Backlog, EventStore, FailedEvent, HandleOptions, Lane, TakenEvent, Taking } from './event-store.js';
import type { RecordedEvent } from './recorded-event.js';

interface Row {
  readonly subscriber: string;
  readonly event: RecordedEvent;
  state: 'pending' | 'dead';
  attempts: number;
  due: number;
  /** Whether a unit is at it. */
  locked: boolean;
  error: string;
  diedAt: Date;
}

interface Unit { readonly events: RecordedEvent[]; readonly committed: (() => void)[] }

/** The steps of delivery on arrays, with units that keep events back until they end well. */
export class MemoryStore implements EventStore {
  readonly concurrency = 16;
  readonly #units = new AsyncLocalStorage<Unit | undefined>();
  readonly #subscriptions = new Map<string, Set<string>>();
  readonly #outbox: RecordedEvent[] = [];
  // What is done goes at once: without a transport nothing comes twice.
  readonly #inbox = new Set<Row>();

  /** Keeps back what `body` appends until it fulfils, and drops it if it rejects. Inside another one it is part of that. */
  async run<R>(body: () => Promise<R>): Promise<R> {
    if (this.#units.getStore()) return body();
    const unit: Unit = { events: [], committed: [] };
    const result = await this.#units.run(unit, body);
    this.#outbox.push(...unit.events);
    for (const each of unit.committed) this.#units.run(undefined, each);
    return result;
  }

  async append(events: readonly RecordedEvent[], committed: () => void): Promise<void> {
    // As a database would give them back.
    const stored = events.map((event) => ({ ...event, payload: JSON.parse(JSON.stringify(event.payload ?? null)) as unknown }));
    await this.run(async () => {
      const unit = this.#units.getStore()!;
      unit.events.push(...stored);
      unit.committed.push(committed);
    });
  }

  async register(lanes: readonly Lane[], _now: Date): Promise<void> {
    for (const { subscriber, types } of lanes) {
      for (const type of types) {
        const subscribers = this.#subscriptions.get(type) ?? new Set();
        this.#subscriptions.set(type, subscribers.add(subscriber));
      }
    }
  }

  async relay(limit: number, now: Date) {
    const taken = this.#outbox.splice(0, limit);
    const added: Record<string, number> = {};
    for (const event of taken) {
      for (const subscriber of this.#subscriptions.get(event.type) ?? []) {
        this.#inbox.add({ subscriber, event, state: 'pending', attempts: 0, due: now.getTime(), locked: false, error: '', diedAt: now });
        added[subscriber] = (added[subscriber] ?? 0) + 1;
      }
    }
    return { taken: taken.length, busy: false, added };
  }

  async due(lanes: readonly Lane[], now: Date): Promise<string[]> {
    return lanes.filter((lane) => this.#next(lane, now)).map(({ subscriber }) => subscriber);
  }

  async outboxed(): Promise<boolean> { return this.#outbox.length > 0; }

  async handle(lane: Lane, { now, handle, judge }: HandleOptions): Promise<Taking> {
    const row = this.#next(lane, now());
    if (!row) return 'nothing';
    const taken = { event: row.event, attempt: row.attempts + 1, fence: row.attempts };
    const failed: FailedEvent[] = [];
    row.locked = true;
    try {
      await this.run(() => handle(taken));
      this.#inbox.delete(row);
    } catch (error) {
      const failure = judge(taken, error);
      await this.fail(lane, taken, failure, now());
      failed.push({ taken, error, failure });
    } finally {
      row.locked = false;
    }
    return { more: this.#next(lane, now()) !== undefined, handled: 1 - failed.length, failed };
  }

  async claim(lane: Lane, now: Date, until: Date): Promise<TakenEvent | undefined> {
    const row = this.#next(lane, now);
    if (!row) return undefined;
    row.attempts++;
    row.due = until.getTime();
    return { event: row.event, attempt: row.attempts, fence: row.attempts };
  }

  async complete(lane: Lane, taken: TakenEvent, now: Date) {
    const row = this.#taken(lane, taken);
    if (row) this.#inbox.delete(row);
    return { more: this.#next(lane, now) !== undefined };
  }

  async fail(lane: Lane, taken: TakenEvent, { error, again }: Parameters<EventStore['fail']>[2], now: Date): Promise<void> {
    const row = this.#taken(lane, taken);
    if (row) Object.assign(row, { attempts: taken.attempt, error, state: again ? 'pending' : 'dead', due: (again ?? now).getTime(), diedAt: now });
  }

  async deadLetters(filter: DeadLetterFilter, limit: number) {
    return this.#dead(filter).slice(0, limit).map(({ subscriber, event, attempts, error, diedAt }) => ({ subscriber, event, attempts, error, diedAt }));
  }

  async revive(filter: DeadLetterFilter, now: Date): Promise<number> {
    const rows = this.#dead(filter);
    for (const row of rows) Object.assign(row, { state: 'pending', attempts: 0, due: now.getTime() });
    return rows.length;
  }

  async discard(filter: DeadLetterFilter): Promise<number> {
    const rows = this.#dead(filter);
    for (const row of rows) this.#inbox.delete(row);
    return rows.length;
  }

  async backlogs(): Promise<Backlog[]> {
    const rows = [...this.#inbox];
    return [...new Set(rows.map(({ subscriber }) => subscriber))].map((subscriber) => {
      const own = rows.filter((row) => row.subscriber === subscriber);
      const pending = own.filter(({ state }) => state === 'pending');
      return { subscriber, pending: pending.length, dead: own.length - pending.length, oldest: pending[0]?.event.occurredAt, seenAt: undefined };
    });
  }

  async purge(_before: Date, _limit: number): Promise<number> { return 0; }

  /** The oldest that is due and whose key has no earlier one that waits. */
  #next({ subscriber }: Lane, now: Date): Row | undefined {
    const before = new Set<string>();
    for (const row of this.#inbox) {
      if (row.subscriber !== subscriber || row.state !== 'pending' || before.has(row.event.key)) continue;
      if (!row.locked && row.due <= now.getTime()) return row;
      before.add(row.event.key);
    }
    return undefined;
  }

  #taken({ subscriber }: Lane, { event, fence }: TakenEvent): Row | undefined {
    return [...this.#inbox].find((row) => row.subscriber === subscriber && row.event.id === event.id && row.state === 'pending' && row.attempts === fence);
  }

  #dead({ subscriber, eventId }: DeadLetterFilter): Row[] {
    return [...this.#inbox].filter((row) => row.state === 'dead' && (subscriber === undefined || row.subscriber === subscriber) && (eventId === undefined || row.event.id === eventId));
  }
}
