import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { IssueLimit, NewOneTimeToken, OneTimeTokenStore } from '../passwords/one-time-token-store.js';
import type { TestApi } from './test-api.js';

export interface OneTimeTokenStoreContractOptions {
  /** Shown in the names of the tests. */
  readonly name: string;
  /** Makes a store; called for each test, all of which use subjects of their own. */
  open(): OneTimeTokenStore | Promise<OneTimeTokenStore>;
}

/**
 * The suite that every store of single-use tokens passes.
 * @example oneTimeTokenStoreContract({ describe, test }, { name: 'mine', open: () => myStore() });
 */
export function oneTimeTokenStoreContract({ describe, test }: TestApi, { name, open }: OneTimeTokenStoreContractOptions): void {
  describe(`one-time token store contract: ${name}`, () => {
    // Each on a day of its own, since a store may delete what is over by the time of another test.
    Object.entries(cases).forEach(([sentence, body], day) => test(sentence, async () => body(await open(), begin + day * 86_400_000)));
  });
}

const begin = Date.UTC(2026, 0, 1, 0, 0, 0, 123);
const minute = 60_000;
const purpose = 'password-reset';

const token = (start: number, over: Partial<NewOneTimeToken> = {}): NewOneTimeToken =>
  ({ purpose, subject: `subject ${randomUUID()}`, digest: `digest ${randomUUID()}`, payload: undefined, expiresAt: start + 30 * minute, ...over });
const limit = (start: number, over: Partial<IssueLimit> = {}): IssueLimit => ({ now: start, count: 3, windowEndsAt: start + 60 * minute, ...over });

async function issued(store: OneTimeTokenStore, start: number, over: Partial<NewOneTimeToken> = {}): Promise<NewOneTimeToken> {
  const one = token(start, over);
  equal(await store.issue(one, limit(start)), true);
  return one;
}

const cases: Readonly<Record<string, (store: OneTimeTokenStore, start: number) => Promise<void>>> = {
  'a token can be looked at any number of times and used once': async (store, start) => {
    const { digest, subject } = await issued(store, start);
    const expected = { subject, payload: undefined };
    for (let i = 0; i < 2; i++) deepEqual(await store.find(purpose, digest, start), expected);
    deepEqual(await store.consume(purpose, digest, start), expected);
    deepEqual([await store.consume(purpose, digest, start), await store.find(purpose, digest, start)], [undefined, undefined]);
  },

  'of 100 uses at once one succeeds': async (store, start) => {
    const { digest } = await issued(store, start);
    const uses = await Promise.all(Array.from({ length: 100 }, () => store.consume(purpose, digest, start)));
    equal(uses.filter((use) => use !== undefined).length, 1);
  },

  'the payload comes back as JSON brings it': async (store, start) => {
    for (const payload of [{ email: `"quoted" 'a' \\ ü 😀`, deep: { list: [1, 2.5, null, true] } }, 'text', 7, false, ['a']]) {
      const { digest, subject } = await issued(store, start, { payload });
      deepEqual(await store.find(purpose, digest, start), { subject, payload });
      deepEqual(await store.consume(purpose, digest, start), { subject, payload });
    }
  },

  'a token is unknown for another purpose, and stays': async (store, start) => {
    const { digest } = await issued(store, start);
    equal(await store.consume('email-verification', digest, start), undefined);
    equal(await store.find('email-verification', digest, start), undefined);
    equal((await store.consume(purpose, digest, start)) !== undefined, true);
  },

  'a token is good for nothing once its time is over': async (store, start) => {
    const { digest, expiresAt } = await issued(store, start);
    deepEqual([await store.find(purpose, digest, expiresAt), await store.consume(purpose, digest, expiresAt)], [undefined, undefined]);
    equal((await store.consume(purpose, digest, expiresAt - 1)) !== undefined, true);
  },

  'a new token replaces the subject\'s last one for the same purpose, payload and all': async (store, start) => {
    const first = await issued(store, start, { payload: { email: 'old' } });
    const other = await issued(store, start, { subject: first.subject, purpose: 'email-verification' });
    const second = await issued(store, start, { subject: first.subject, payload: { email: 'new' }, expiresAt: start + minute });
    equal(await store.consume(purpose, first.digest, start), undefined);
    equal(await store.consume(purpose, second.digest, start + minute), undefined);
    deepEqual(await store.consume(purpose, second.digest, start), { subject: first.subject, payload: { email: 'new' } });
    equal((await store.consume('email-verification', other.digest, start)) !== undefined, true);
  },

  'no more are issued within a window than allowed, and the last one stays good': async (store, start) => {
    const subject = `subject ${randomUUID()}`;
    const all = await Promise.all([1, 2, 3].map(() => issued(store, start, { subject })));
    equal(await store.issue(token(start, { subject }), limit(start, { now: start + 59 * minute })), false);
    const found = await Promise.all(all.map(({ digest }) => store.find(purpose, digest, start)));
    equal(found.filter((one) => one !== undefined).length, 1);
    for (let i = 0; i < 3; i++) equal(await store.issue(token(start, { subject }), limit(start, { now: start + 60 * minute, windowEndsAt: start + 120 * minute })), true);
    equal(await store.issue(token(start, { subject }), limit(start, { now: start + 119 * minute })), false);
  },

  'of 100 that are issued at once as many are kept as allowed': async (store, start) => {
    const subject = `subject ${randomUUID()}`;
    const kept = await Promise.all(Array.from({ length: 100 }, () => store.issue(token(start, { subject }), limit(start, { count: 5 }))));
    equal(kept.filter(Boolean).length, 5);
  },

  'a used token still counts, and so does a revoked one': async (store, start) => {
    const { subject, digest } = await issued(store, start);
    await store.consume(purpose, digest, start);
    await issued(store, start, { subject });
    await store.revoke(purpose, subject);
    await issued(store, start, { subject });
    equal(await store.issue(token(start, { subject }), limit(start)), false);
  },

  'revoking takes the subject\'s token of this purpose, and no other': async (store, start) => {
    const mine = await issued(store, start);
    const other = await issued(store, start, { subject: mine.subject, purpose: 'email-verification' });
    const theirs = await issued(store, start);
    await store.revoke(purpose, mine.subject);
    await store.revoke(purpose, `absent ${randomUUID()}`);
    equal(await store.consume(purpose, mine.digest, start), undefined);
    equal((await store.find('email-verification', other.digest, start)) !== undefined, true);
    equal((await store.find(purpose, theirs.digest, start)) !== undefined, true);
  },
};
