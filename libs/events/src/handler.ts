import { parseTraceparent, runInContext, uuidv7, type Clock, type RequestContext } from '@org/enterprise-kernel';
import type { AnyEventType } from './define-event.js';
import { EventHandlerTimeout } from './errors.js';
import type { RecordedEvent } from './recorded-event.js';
import type { Subscriber } from './subscribe.js';

/** A subscriber with its deps: reads events and has them handled, each in a request context of its own and within its time. */
export class Handler {
  readonly #subscriber: Subscriber;
  readonly #deps: unknown;
  readonly #clock: Clock;
  readonly #kinds: ReadonlyMap<string, AnyEventType>;
  readonly #running = new Set<AbortController>();
  #aborted: { readonly reason: unknown } | undefined;

  constructor(subscriber: Subscriber, deps: unknown, clock: Clock) {
    this.#subscriber = subscriber;
    this.#deps = deps;
    this.#clock = clock;
    this.#kinds = new Map(subscriber.events.map((kind) => [kind.type, kind]));
  }

  /** Whether the event was written by a newer release than this one. */
  isTooNew({ type, version }: RecordedEvent): boolean { return version > this.#kinds.get(type)!.version; }

  /** Returns the event at the newest version of its payload. @throws EVENT_UNREADABLE */
  read(event: RecordedEvent): RecordedEvent {
    const kind = this.#kinds.get(event.type)!;
    return { ...event, version: kind.version, payload: kind.read(event.payload, event.version) };
  }

  /** @throws what the handler throws, EVENT_HANDLER_TIMEOUT, the reason of {@link Handler.abort} */
  async run(event: RecordedEvent): Promise<void> {
    const { name, timeout, handle } = this.#subscriber;
    if (this.#aborted) throw this.#aborted.reason;
    const stop = new AbortController();
    this.#running.add(stop);
    using _timer = this.#clock.schedule(timeout, () => stop.abort(new EventHandlerTimeout({ subscriber: name })));
    try {
      await new Promise<void>((resolve, reject) => {
        stop.signal.addEventListener('abort', () => reject(stop.signal.reason));
        runInContext(contextOf(event, stop.signal), async () => handle(event, this.#deps)).then(resolve, reject);
      });
    } finally {
      this.#running.delete(stop);
    }
  }

  /** Gives up what is running, and runs nothing more. */
  abort(reason: unknown): void {
    this.#aborted = { reason };
    for (const each of this.#running) each.abort(reason);
  }
}

const contextOf = ({ id, correlationId = id, tenant, traceparent, tracestate }: RecordedEvent, signal: AbortSignal): RequestContext => {
  const trace = parseTraceparent(traceparent, tracestate);
  return { requestId: uuidv7(), correlationId, causationId: id, signal, ...(tenant !== undefined && { tenant }), ...(trace && { trace }) };
};
