import { leaveContext, noopLogger, noopMeter, sleep, systemClock, toMilliseconds, type Clock, type DomainEvent, type Duration, type HealthCheck, type Logger, type Resolve } from '@org/enterprise-kernel';
import { Alarm } from './alarm.js';
import { pauseAfter } from './backoff.js';
import { busMetrics, type BusMetrics } from './bus-metrics.js';
import { Deliveries } from './deliveries.js';
import type { DeadLetter, DeadLetterFilter, DeadLetters, EventBus, EventBusOptions } from './event-bus.js';
import type { EventStore } from './event-store.js';
import { Housekeeping } from './housekeeping.js';
import { recordEvents } from './recorded-event.js';

const mostDeadLetters = 1_000;
// Another relay needs about as long for one batch.
const whileBusy = 50;
const outage = { first: { milliseconds: 250 }, longest: { seconds: 15 } };
const unhealthyAfter = 30_000;

const refuse: Resolve = ({ id }) => { throw new TypeError(`A subscriber asks for "${id}", and the bus was given no resolve.`); };

/** Makes a bus over a store: when to move, take and repeat is the same for all stores. */
export const createEventBus = (store: EventStore, options: EventBusOptions): EventBus => new Bus(store, options);

class Bus implements EventBus {
  readonly #store: EventStore;
  readonly #options: EventBusOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: BusMetrics;
  readonly #alarm: Alarm;
  readonly #poll: number;
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<() => void>();
  #deliveries: Deliveries | undefined;
  #relaying: Promise<void> | undefined;
  #draining: Promise<void> | undefined;
  #lastPass = 0;

  readonly deadLetters: DeadLetters;
  readonly health: HealthCheck;

  constructor(store: EventStore, options: EventBusOptions) {
    const { subscribers, clock = systemClock, logger = noopLogger, meter = noopMeter, poll = { seconds: 1 } } = options;
    const names = subscribers.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined) throw new TypeError(`There are two subscribers with the name "${twice}".`);
    this.#store = store;
    this.#options = options;
    this.#clock = clock;
    this.#logger = logger;
    this.#metrics = busMetrics(meter);
    this.#alarm = new Alarm(clock);
    this.#poll = toMilliseconds(poll);
    this.deadLetters = this.#deadLetters();
    this.health = {
      name: 'events',
      critical: false,
      check: async () => {
        const silent = clock.now() - this.#lastPass;
        if (!this.#relaying) throw new Error('The event bus has not been started.');
        if (silent > unhealthyAfter) throw new Error(`Events have not been moved for ${Math.round(silent / 1000)} s.`);
        return { last_pass_ms: silent };
      },
    };
  }

  async append(events: readonly DomainEvent[]): Promise<void> {
    if (events.length === 0) return;
    const recorded = recordEvents(events, this.#clock.now());
    await this.#store.append(recorded, () => {
      this.#metrics.published(recorded);
      this.#alarm.ring();
    });
  }

  async start(): Promise<void> {
    if (this.#relaying) throw new TypeError('The event bus was started before.');
    await leaveContext(async () => {
      const { subscribers, resolve = refuse, concurrency = this.#store.concurrency } = this.#options;
      const deliveries = new Deliveries(this.#store, {
        subscribers, resolve, concurrency, clock: this.#clock, logger: this.#logger, metrics: this.#metrics, changed: () => this.#changed(),
      });
      await this.#store.register(deliveries.lanes, new Date(this.#clock.now()));
      await this.#store.open?.(() => this.#alarm.ring(), () => new Date(this.#clock.now()));
      this.#deliveries = deliveries;
      this.#lastPass = this.#clock.now();
      this.#relaying = this.#relay(deliveries);
    });
  }

  drain(deadline: Duration = { seconds: 10 }): Promise<void> {
    return (this.#draining ??= leaveContext(() => this.#drain(deadline)));
  }

  async idle(): Promise<void> {
    for (;;) {
      const deliveries = this.#deliveries;
      if (!deliveries || this.#stopping.signal.aborted) throw new TypeError('Only a bus that is running becomes idle.');
      if (deliveries.quiet && !(await this.#store.outboxed())) {
        const due = await this.#store.due(deliveries.lanes, new Date(this.#clock.now()));
        if (due.length === 0 && deliveries.quiet) return;
        for (const subscriber of due) deliveries.wake(subscriber);
      }
      await this.#change();
    }
  }

  [Symbol.asyncDispose](): Promise<void> { return this.drain(); }

  async #relay(deliveries: Deliveries): Promise<void> {
    const { batch = 100, retention = { days: 7 } } = this.#options;
    const housekeeping = new Housekeeping(this.#store, { lanes: deliveries.lanes, retention: toMilliseconds(retention), logger: this.#logger, metrics: this.#metrics });
    const { signal } = this.#stopping;
    let failures = 0;
    let nextPoll = 0;
    while (!signal.aborted) {
      try {
        const now = this.#clock.now();
        const { taken, busy, added } = await this.#store.relay(batch, new Date(now));
        for (const [subscriber, count] of Object.entries(added)) deliveries.wake(subscriber, count);
        if (now >= nextPoll) {
          nextPoll = now + this.#poll;
          for (const subscriber of await this.#store.due(deliveries.lanes, new Date(now))) deliveries.wake(subscriber);
          await housekeeping.run(now);
        }
        if (failures > 0) this.#logger.info('Events are moved to their subscribers again.', { failures });
        failures = 0;
        this.#lastPass = this.#clock.now();
        this.#changed();
        if (busy) await this.#alarm.wait(whileBusy);
        else if (taken < batch) await this.#alarm.wait(Math.max(0, nextPoll - this.#clock.now()));
      } catch (error) {
        failures++;
        // Once for each outage; what follows is the same again.
        this.#logger[failures === 1 ? 'error' : 'debug']('Events cannot be moved to their subscribers.', { error, failures });
        await sleep({ milliseconds: pauseAfter(failures, outage) }, { clock: this.#clock, signal }).catch(() => {});
      }
    }
  }

  async #drain(deadline: Duration): Promise<void> {
    this.#stopping.abort();
    this.#alarm.ring();
    this.#deliveries?.stop();
    this.#changed();
    const deliveries = this.#deliveries;
    if (!deliveries) return;
    await this.#store.close?.();
    using _late = this.#clock.schedule(deadline, () => {
      this.#logger.warn('Handlers of events did not end in time and are aborted.');
      deliveries.abort(new Error('The event bus is shutting down.'));
    });
    await this.#relaying;
    while (!deliveries.quiet) await this.#change();
  }

  /** Tells those who wait in idle or drain that something has moved. */
  #changed(): void {
    for (const each of [...this.#waiting]) each();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        timer[Symbol.dispose]();
        resolve();
      };
      const timer = this.#clock.schedule({ milliseconds: Math.min(this.#poll, 100) }, done, { keepAlive: true });
      this.#waiting.add(done);
    });
  }

  #deadLetters(): DeadLetters {
    const now = (): Date => new Date(this.#clock.now());
    return {
      list: ({ limit = 100, ...filter }: DeadLetterFilter & { readonly limit?: number } = {}): Promise<readonly DeadLetter[]> =>
        this.#store.deadLetters(filter, Math.min(limit, mostDeadLetters)),
      retry: async (filter) => {
        const count = await this.#store.revive(filter, now());
        for (const { subscriber } of count > 0 ? this.#deliveries?.lanes ?? [] : []) this.#deliveries!.wake(subscriber);
        return count;
      },
      discard: (filter) => this.#store.discard(filter, now()),
    };
  }
}
