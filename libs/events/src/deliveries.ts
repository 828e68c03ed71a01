import { isAppError, resolveDeps, toMilliseconds, type Clock, type Logger, type Resolve } from '@org/enterprise-kernel';
import { pauseAfter } from './backoff.js';
import type { BusMetrics } from './bus-metrics.js';
import type { EventStore, FailedEvent, Failure, Lane, TakenEvent, Taking } from './event-store.js';
import { Handler } from './handler.js';
import type { Subscriber } from './subscribe.js';

export interface DeliveriesOptions {
  readonly subscribers: readonly Subscriber[];
  readonly resolve: Resolve;
  /** How many units of work at once. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: BusMetrics;
  /** Called after every delivery. */
  readonly changed: () => void;
}

interface Worked {
  readonly lane: Lane;
  readonly subscriber: Subscriber;
  readonly handler: Handler;
  /** How many events are known or suspected to wait, beyond those that are being taken. */
  wanted: number;
  /** Rises with every hint that something waits. */
  hints: number;
  running: number;
  /** Whether more waits than is being taken, and handling it is quick. */
  several: boolean;
}

// Slower ones gain nothing from company, and would keep each other waiting.
const quick = 10;

/** Takes events and has them handled, as many at once as each subscriber and the connections allow. */
export class Deliveries {
  readonly #store: EventStore;
  readonly #options: DeliveriesOptions;
  readonly #lanes: readonly Worked[];
  readonly #timers = new Set<Disposable>();
  #free: number;
  #next = 0;
  #stopping = false;
  #aborted = false;

  constructor(store: EventStore, options: DeliveriesOptions) {
    this.#store = store;
    this.#options = options;
    this.#free = options.concurrency;
    this.#lanes = options.subscribers.map((subscriber) => ({
      subscriber,
      lane: { subscriber: subscriber.name, types: subscriber.events.map(({ type }) => type) },
      handler: new Handler(subscriber, resolveDeps(subscriber.deps, options.resolve), options.clock),
      wanted: 0, hints: 0, running: 0, several: false,
    }));
  }

  get lanes(): readonly Lane[] { return this.#lanes.map(({ lane }) => lane); }

  get quiet(): boolean { return this.#lanes.every(({ running, wanted }) => running === 0 && (wanted === 0 || this.#stopping)); }

  /** Tells that events wait for a subscriber; without a count, an unknown number. */
  wake(subscriber: string, count = Infinity): void {
    const worked = this.#lanes.find(({ lane }) => lane.subscriber === subscriber);
    if (!worked) return;
    worked.hints++;
    worked.wanted = Math.min(worked.wanted + count, worked.subscriber.concurrency);
    this.#pump();
  }

  /** Takes no more. */
  stop(): void {
    this.#stopping = true;
    for (const timer of this.#timers) timer[Symbol.dispose]();
    this.#timers.clear();
  }

  /** Gives up what is running; it counts as not attempted, as far as the guarantee allows. */
  abort(reason: unknown): void {
    this.#aborted = true;
    for (const { handler } of this.#lanes) handler.abort(reason);
  }

  // In turns, so that one subscriber's backlog does not starve the others.
  #pump(): void {
    for (let passed = 0; passed < this.#lanes.length && !this.#stopping; passed++) {
      const worked = this.#lanes[this.#next++ % this.#lanes.length]!;
      if (worked.wanted === 0 || worked.running >= worked.subscriber.concurrency) continue;
      const holds = worked.subscriber.guarantee === 'once' ? 1 : 0;
      if (this.#free < holds) continue;
      worked.wanted--;
      worked.running++;
      this.#free -= holds;
      passed = -1;
      void this.#work(worked).then(() => {
        worked.running--;
        this.#free += holds;
        this.#pump();
        this.#options.changed();
      });
    }
  }

  async #work(worked: Worked): Promise<void> {
    const { hints, subscriber: { guarantee, name } } = worked;
    try {
      const taking = await (guarantee === 'once' ? this.#once(worked) : this.#atLeastOnce(worked));
      if (taking === 'nothing') {
        if (worked.hints === hints) worked.wanted = 0;
      } else if (taking.more) {
        worked.wanted = Math.max(worked.wanted, 1);
      }
    } catch (error) {
      // The next poll looks again; until then the storage is left in peace.
      worked.wanted = 0;
      this.#options.logger.warn('An event could not be taken or its outcome not be noted; it is tried again.', { subscriber: name, error });
    }
  }

  async #once(worked: Worked): Promise<Taking> {
    const { lane, subscriber, several } = worked;
    const began = this.#now();
    let taken: TakenEvent | undefined;
    worked.several = false;
    try {
      const taking = await this.#store.handle(lane, {
        most: several ? subscriber.batch : 1,
        now: () => new Date(this.#now()),
        handle: (one) => { taken = one; return handle(worked, one); },
        judge: (one, error) => {
          // Rolled back, as if it had never been tried.
          if (this.#aborted) throw error;
          return this.#judge(worked, one, error);
        },
      });
      if (taking === 'nothing') return taking;
      const { handled, failed, more } = taking;
      const each = (this.#now() - began) / (handled + failed.length);
      for (let i = 0; i < handled; i++) this.#delivered(worked, each);
      for (const one of failed) this.#failed(worked, one, each);
      worked.several = more && each < quick;
      return taking;
    } catch (error) {
      if (this.#aborted && taken) return 'nothing';
      // Of several nobody knows whose fault it is: they are taken one by one the next time.
      if (!taken || several) throw error;
      return this.#noteFailure(worked, taken, error, this.#now() - began);
    }
  }

  async #atLeastOnce(worked: Worked): Promise<Taking> {
    const { lane, subscriber: { timeout, retry } } = worked;
    const began = this.#now();
    // Longer than the handler may take, so that its outcome is noted before somebody else takes over.
    const taken = await this.#store.claim(lane, new Date(began), new Date(began + toMilliseconds(timeout) * 1.25 + 1_000));
    if (!taken) return 'nothing';
    try {
      if (taken.attempt > retry.attempts) throw new Error('Nobody took note of how the last attempt ended.');
      await handle(worked, taken);
    } catch (error) {
      return this.#noteFailure(worked, taken, error, this.#now() - began);
    }
    const { more } = await this.#store.complete(lane, taken, new Date(this.#now()));
    this.#delivered(worked, this.#now() - began);
    return { more, handled: 1, failed: [] };
  }

  /** `took`: milliseconds. */
  #delivered({ lane }: Worked, took: number): void {
    this.#options.metrics.handled(lane.subscriber, 'delivered', took / 1000);
  }

  #judge({ subscriber: { retry } }: Worked, { attempt }: TakenEvent, error: unknown): Failure {
    const dead = error instanceof Unreadable || (attempt >= retry.attempts && !this.#aborted);
    const pause = this.#aborted ? 0 : Math.ceil(pauseAfter(attempt, retry));
    return { error: messageOf(causeOf(error)), again: dead ? undefined : new Date(this.#now() + pause) };
  }

  async #noteFailure(worked: Worked, taken: TakenEvent, error: unknown, took: number): Promise<Taking> {
    const failed = { taken, error, failure: this.#judge(worked, taken, error) };
    await this.#store.fail(worked.lane, taken, failed.failure, new Date(this.#now()));
    this.#failed(worked, failed, took);
    return { more: true, handled: 0, failed: [failed] };
  }

  /** Tells of a failure that is noted, and looks again when the event is due. */
  #failed({ lane }: Worked, { taken: { event, attempt }, error, failure: { again } }: FailedEvent, took: number): void {
    const { clock, logger, metrics } = this.#options;
    metrics.handled(lane.subscriber, again ? 'failed' : 'dead', took / 1000);
    const fields = { subscriber: lane.subscriber, event: event.id, type: event.type, key: event.key, attempt, correlationId: event.correlationId, error: causeOf(error) };
    if (!again) return logger.error('An event is given up and is a dead letter now.', fields);
    const pause = Math.max(0, again.getTime() - this.#now());
    logger.warn('An event could not be handled and is tried again.', { ...fields, pauseMs: pause });
    if (this.#stopping) return;
    // A timer may be early by a part of a millisecond, and nothing would be due then.
    const timer = clock.schedule({ milliseconds: pause + 1 }, () => {
      this.#timers.delete(timer);
      this.wake(lane.subscriber, 1);
    });
    this.#timers.add(timer);
  }

  #now(): number { return this.#options.clock.now(); }
}

/** Marks what no further attempt can change. Of this file alone, and never seen outside. */
class Unreadable extends Error {}

async function handle({ handler }: Worked, { event }: TakenEvent): Promise<void> {
  let read;
  try {
    read = handler.read(event);
  } catch (cause) {
    // A newer release of this process can read it.
    throw handler.isTooNew(event) ? cause : new Unreadable('', { cause });
  }
  await handler.run(read);
}

const causeOf = (error: unknown): unknown => (error instanceof Unreadable ? error.cause : error);

const longestMessage = 500;
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (isAppError(error) ? `${error.code}: ${message}` : message).slice(0, longestMessage);
}
