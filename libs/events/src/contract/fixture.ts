import { z } from 'zod';
import { defineEvent } from '../define-event.js';
import type { EventBus, EventBusOptions } from '../event-bus.js';
import { subscribe, type SubscribeOptions } from '../subscribe.js';

export interface TestApi {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>): void;
}

/** A bus and the units of work that its events are appended in. */
export interface OpenedEvents extends AsyncDisposable {
  readonly bus: EventBus;
  run<R>(body: () => Promise<R>): Promise<R>;
}

export type Open = (options: EventBusOptions) => Promise<OpenedEvents>;

/** Test bodies by the sentence that they prove. */
export type Cases = Readonly<Record<string, (open: Open) => Promise<void>>>;

const schema = z.object({ account: z.string(), n: z.int() });
const key = ({ account }: z.output<typeof schema>): string => account;
export const Opened = defineEvent('contract.opened', { schema, key });
export const Moved = defineEvent('contract.moved', { schema, key });

export const quickly = { attempts: 5, first: { milliseconds: 10 }, longest: { milliseconds: 100 } };

type Received = Parameters<SubscribeOptions<typeof Opened | typeof Moved, Record<never, never>>['handle']>[0];

/** A subscriber that writes down what it has handled. */
export function recorder(name: string, options: Partial<SubscribeOptions<typeof Opened | typeof Moved, Record<never, never>>> & { readonly before?: (event: Received) => unknown } = {}) {
  const { before, ...rest } = options;
  const handled: string[] = [];
  const subscriber = subscribe([Opened, Moved], {
    name, retry: quickly, ...rest,
    async handle(event) {
      await before?.(event);
      handled.push(`${event.key}${event.payload.n}`);
    },
  });
  return { subscriber, handled };
}

/** Appends one event in a unit of its own. */
export const append = ({ bus, run }: OpenedEvents, account: string, n: number): Promise<void> => run(() => bus.append([Opened({ account, n })]));

export const tick = (milliseconds = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 10_000; !(await holds()); await tick(2)) if (Date.now() > end) throw new Error(`Waited in vain until ${what}.`);
}

export class Deliberate extends Error {}
