import { randomUUID } from 'node:crypto';
import type { IdempotencyStore, IdempotencyStoreOptions, IdempotentRequest, StoredAnswer } from '../idempotency/idempotency-store.js';

export type Open = (options?: IdempotencyStoreOptions) => Promise<IdempotencyStore>;

/** Test bodies by the sentence that they prove. */
export type Cases = Readonly<Record<string, (open: Open) => Promise<void>>>;

/** A request whose key no other test uses. */
export const request = (over: Partial<IdempotentRequest> = {}): IdempotentRequest =>
  ({ scope: '[null,"user","ann","POST /orders"]', key: randomUUID(), fingerprint: 'one', ...over });

export const created = (body: string): StoredAnswer => ({ status: 201, headers: ['Content-Type', 'application/json', 'ETag', '"v1-1"'], body });

/** Work that counts how often it was done, and answers with that. */
export function counted(pause = 0): { readonly times: number; work(): Promise<StoredAnswer> } {
  let times = 0;
  return {
    get times() { return times; },
    async work() {
      const body = JSON.stringify({ data: { time: ++times } });
      await tick(pause);
      return created(body);
    },
  };
}

/** Work that has begun and ends when it is told to. */
export function held(): { readonly begun: Promise<void>; end(): void; work(): Promise<StoredAnswer> } {
  let begin!: () => void;
  let end!: () => void;
  const begun = new Promise<void>((resolve) => { begin = resolve; });
  const ended = new Promise<void>((resolve) => { end = resolve; });
  return {
    begun, end,
    async work() {
      begin();
      await ended;
      return created('{"data":"held"}');
    },
  };
}

export class Deliberate extends Error {}

export const tick = (milliseconds = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
