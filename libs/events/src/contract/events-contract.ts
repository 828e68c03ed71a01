import { concurrencyCases } from './concurrency-cases.js';
import { contextCases } from './context-cases.js';
import { deliveryCases } from './delivery-cases.js';
import { failureCases } from './failure-cases.js';
import type { Cases, Open, TestApi } from './fixture.js';

export type { OpenedEvents, TestApi } from './fixture.js';

export interface EventsContractOptions {
  /** Shown in the names of the tests. */
  readonly name: string;
  /** Makes a bus with these options on empty storage, not started; called by every test, which disposes of what it gets. */
  readonly open: Open;
}

/**
 * The suite that every bus passes: Jest's, Vitest's and node:test's `describe` and `test` fit.
 * @example eventsContract({ describe, test }, { name: 'mine', open: async (options) => openMine(options) });
 */
export function eventsContract({ describe, test }: TestApi, { name, open }: EventsContractOptions): void {
  describe(`events contract: ${name}`, () => {
    const run = (cases: Cases): void => {
      for (const [sentence, body] of Object.entries(cases)) test(sentence, () => body(open));
    };
    run(deliveryCases);
    run(failureCases);
    run(contextCases);
    run(concurrencyCases);
  });
}
