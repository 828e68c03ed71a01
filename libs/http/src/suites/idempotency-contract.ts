import type { IdempotencyStore, IdempotencyStoreOptions } from '../idempotency/idempotency-store.js';
import { attemptCases } from './attempt-cases.js';
import { repeatCases } from './repeat-cases.js';

/** What runs the tests: Jest's, Vitest's and node:test's `describe` and `test` fit. */
export interface TestApi {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>): void;
}

export interface IdempotencyContractOptions {
  /** Shown in the names of the tests. */
  readonly name: string;
  /** Makes a store; called for each test, all of which use keys of their own. */
  open(options: IdempotencyStoreOptions): IdempotencyStore | Promise<IdempotencyStore>;
}

/**
 * The suite that every idempotency store passes.
 * @example idempotencyContract({ describe, test }, { name: 'mine', open: (options) => myStore(options) });
 */
export function idempotencyContract({ describe, test }: TestApi, { name, open }: IdempotencyContractOptions): void {
  describe(`idempotency contract: ${name}`, () => {
    for (const [sentence, body] of Object.entries({ ...repeatCases, ...attemptCases })) {
      test(sentence, async () => body(async (options) => open(options ?? {})));
    }
  });
}
