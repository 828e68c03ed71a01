import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { codeOf, newSubject, over, type SessionCases } from './session-fixture.js';

/** What refresh tokens promise, whatever the store. */
export const sessionCases: SessionCases = {
  'a hundred parallel refreshes with one token have one child, and the user stays in': async (store) => {
    const { all, revoked, reuses } = over(store);
    const { session, refreshToken } = await all.open({ subject: newSubject() });
    const children = new Set((await Promise.all(Array.from({ length: 100 }, () => all.refresh(refreshToken)))).map((each) => each.refreshToken));
    equal(children.size, 1);
    const [child] = children;
    notEqual(child, refreshToken);
    const next = await all.refresh(child!);
    equal(next.session.id, session.id);
    equal((await store.find(session.id))!.generation, 2);
    deepEqual([revoked, reuses], [[], []]);
  },

  'processes that share the store and the keys give the same child': async (store) => {
    const one = over(store);
    const other = over(store, { keys: one.keys, clock: one.clock });
    const { refreshToken } = await one.all.open({ subject: newSubject() });
    const [a, b] = await Promise.all([one.all.refresh(refreshToken), other.all.refresh(refreshToken)]);
    equal(a.refreshToken, b.refreshToken);
  },

  'a repeat after the child was used revokes the session, within the grace too': async (store) => {
    const { all, revoked, reuses } = over(store);
    const { session, refreshToken } = await all.open({ subject: newSubject() });
    const child = await all.refresh(refreshToken);
    const grandchild = await all.refresh(child.refreshToken);
    equal(await codeOf(all.refresh(refreshToken, { address: '203.0.113.7' })), 'REFRESH_TOKEN_INVALID');
    deepEqual(revoked, [session.id]);
    deepEqual(reuses.map(({ session: { id }, generation, address }) => ({ id, generation, address })), [{ id: session.id, generation: 0, address: '203.0.113.7' }]);
    equal(await codeOf(all.refresh(grandchild.refreshToken)), 'REFRESH_TOKEN_INVALID');
    equal(await store.find(session.id), undefined);
  },

  'a hundred who find a reuse at once report it once': async (store) => {
    const { all, clock, revoked, reuses } = over(store);
    const { session, refreshToken } = await all.open({ subject: newSubject() });
    await all.refresh(refreshToken);
    await clock.advance({ seconds: 11 });
    const codes = await Promise.all(Array.from({ length: 100 }, () => codeOf(all.refresh(refreshToken))));
    deepEqual([...new Set(codes)], ['REFRESH_TOKEN_INVALID']);
    deepEqual([revoked, reuses.length], [[session.id], 1]);
  },

  'the oldest log-in beyond the number makes room for a new one, and is revoked': async (store) => {
    const { all, clock, revoked } = over(store, { maxPerSubject: 3 });
    const subject = newSubject();
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      ids.push((await all.open({ subject })).session.id);
      await clock.advance({ seconds: 1 });
    }
    deepEqual(revoked, ids.slice(0, 2));
    deepEqual((await all.list(subject)).map(({ id }) => id), ids.slice(2).reverse());
  },
};
