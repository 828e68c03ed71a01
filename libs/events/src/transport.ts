import type { RecordedEvent } from './recorded-event.js';

/**
 * A way for events out of one process and into others, such as a message broker. Events may arrive more than once: whoever
 * receives them recognises a repeat by its id. Those of one key arrive first in the order in which they were published.
 */
export interface EventTransport {
  /** Sends events in this order, and resolves when they cannot be lost any more. It is called again with the same ones if it rejects, or if the process ends. */
  publish(events: readonly RecordedEvent[]): Promise<void>;
  /** Begins to receive: a batch counts as received when `receive` resolves. Never calls it twice at once for one key. */
  open(receive: (events: readonly RecordedEvent[]) => Promise<void>): Promise<void>;
  /** Ends receiving, waits for batches that are being received. */
  close(): Promise<void>;
}
