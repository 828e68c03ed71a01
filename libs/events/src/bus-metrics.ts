import type { Meter } from '@org/enterprise-kernel';
import type { Backlog } from './event-store.js';
import type { RecordedEvent } from './recorded-event.js';

/** What the bus counts and measures. */
export interface BusMetrics {
  published(events: readonly RecordedEvent[]): void;
  handled(subscriber: string, outcome: 'delivered' | 'failed' | 'dead', seconds: number): void;
  backlogs(backlogs: readonly Backlog[], known: readonly string[], now: number): void;
}

export function busMetrics(meter: Meter): BusMetrics {
  const published = meter.counter({ name: 'events_published_total', help: 'Events that were committed.', labels: ['type'] });
  const handled = meter.counter({ name: 'event_deliveries_total', help: 'Attempts to handle an event: delivered, failed, or dead after the last failure.', labels: ['subscriber', 'outcome'] });
  const duration = meter.histogram({ name: 'event_delivery_seconds', help: 'How long it took to take an event, handle it and take note of that.', labels: ['subscriber'] });
  const pending = meter.gauge({ name: 'events_pending', help: 'Events that a subscriber has not handled yet.', labels: ['subscriber'] });
  const dead = meter.gauge({ name: 'events_dead', help: 'Events that a subscriber could not handle.', labels: ['subscriber'] });
  const lag = meter.gauge({ name: 'event_lag_seconds', help: 'Age of the oldest event that a subscriber has not handled yet.', labels: ['subscriber'] });
  return {
    published(events) { for (const { type } of events) published.add(1, { type }); },
    handled(subscriber, outcome, seconds) {
      handled.add(1, { subscriber, outcome });
      duration.record(seconds, { subscriber });
    },
    backlogs(backlogs, known, now) {
      for (const subscriber of known) {
        const found = backlogs.find((each) => each.subscriber === subscriber);
        pending.set(found?.pending ?? 0, { subscriber });
        dead.set(found?.dead ?? 0, { subscriber });
        lag.set(found?.oldest ? Math.max(0, now - found.oldest.getTime()) / 1000 : 0, { subscriber });
      }
    },
  };
}
