import { createEventBus } from './create-event-bus.js';
import type { EventBus, EventBusOptions } from './event-bus.js';
import { MemoryStore } from './memory-store.js';

export interface MemoryEvents extends EventBus {
  /** Keeps back what `body` appends until it fulfils, and drops it if it rejects. Inside another one it is part of that. */
  run<R>(body: () => Promise<R>): Promise<R>;
}

/**
 * Makes a bus that keeps events in this process: for tests, and for services that may lose them with it. Outside of `run`,
 * what is appended counts as committed at once.
 */
export function memoryEvents(options: EventBusOptions): MemoryEvents {
  const store = new MemoryStore();
  return Object.assign(createEventBus(store, options), { run: <R>(body: () => Promise<R>) => store.run(body) });
}
