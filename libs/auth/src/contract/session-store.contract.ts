import type { SessionStore } from '../sessions/session-store.js';
import { sessionCases } from './session-cases.js';
import { sessionStoreCases } from './session-store-cases.js';
import { sessionUnitCases } from './session-unit-cases.js';
import type { TestApi } from './test-api.js';

export interface SessionStoreContractOptions {
  /** Shown in the names of the tests. */
  readonly name: string;
  /** Makes a store; called for each test, all of which use subjects and sessions of their own. */
  open(): SessionStore | Promise<SessionStore>;
  /** Runs `body` in a unit of work that is rolled back when it rejects. @default what needs one is left out */
  readonly run?: <R>(body: () => Promise<R>) => Promise<R>;
}

/**
 * The suite that every store of sessions passes: by itself, and under the rotation of refresh tokens.
 * @example sessionStoreContract({ describe, test }, { name: 'mine', open: () => myStore() });
 */
export function sessionStoreContract({ describe, test }: TestApi, { name, open, run }: SessionStoreContractOptions): void {
  describe(`session store contract: ${name}`, () => {
    for (const [sentence, body] of Object.entries({ ...sessionStoreCases, ...sessionCases })) test(sentence, async () => body(await open()));
    if (run) for (const [sentence, body] of Object.entries(sessionUnitCases)) test(sentence, async () => body(await open(), run));
  });
}
