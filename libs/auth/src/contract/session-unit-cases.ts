import { deepEqual, equal, rejects } from 'node:assert/strict';
import { runInContext } from '@org/enterprise-kernel';
import type { SessionStore } from '../sessions/session-store.js';
import { codeOf, newSubject, over } from './session-fixture.js';

type Run = <R>(body: () => Promise<R>) => Promise<R>;

class Deliberate extends Error {}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 5))) if (Date.now() > end) throw new Error('Waited in vain.');
}

/** What holds in the units of work of an application. */
export const sessionUnitCases: Readonly<Record<string, (store: SessionStore, run: Run) => Promise<void>>> = {
  'a log-in that is rolled back leaves no session, and revokes none': async (store, run) => {
    const { all } = over(store, { maxPerSubject: 1 });
    const subject = newSubject();
    const before = await all.open({ subject });
    await rejects(run(async () => { await all.open({ subject }); throw new Deliberate(); }), Deliberate);
    deepEqual((await all.list(subject)).map(({ id }) => id), [before.session.id]);
  },

  'a refresh that is rolled back has not used the token up': async (store, run) => {
    const { all, reuses } = over(store);
    const { refreshToken } = await all.open({ subject: newSubject() });
    await rejects(run(async () => { await all.refresh(refreshToken); throw new Deliberate(); }), Deliberate);
    const { refreshToken: child } = await all.refresh(refreshToken);
    await all.refresh(child);
    deepEqual(reuses, []);
  },

  'a reuse revokes the session though its error rolls the unit of work back': async (store, run) => {
    const { all, clock, reuses, revoked } = over(store);
    const { session, refreshToken } = await all.open({ subject: newSubject() });
    await all.refresh(refreshToken);
    await clock.advance({ seconds: 11 });
    equal(await codeOf(run(() => all.refresh(refreshToken))), 'REFRESH_TOKEN_INVALID');
    await until(async () => (await store.find(session.id)) === undefined && reuses.length === 1);
    deepEqual(revoked, [session.id]);
  },

  'a reuse revokes the session though the client hangs up': async (store) => {
    const client = new AbortController();
    const hangingUp = new Proxy(store, {
      get(target, name: keyof SessionStore) {
        if (name === 'remove') client.abort(new Deliberate());
        return target[name].bind(target);
      },
    });
    const { all, clock, reuses } = over(hangingUp);
    const { session, refreshToken } = await all.open({ subject: newSubject() });
    await all.refresh(refreshToken);
    await clock.advance({ seconds: 11 });
    equal(await codeOf(runInContext({ requestId: 'r1', signal: client.signal }, () => all.refresh(refreshToken))), 'REFRESH_TOKEN_INVALID');
    equal(client.signal.aborted, true);
    equal(await store.find(session.id), undefined);
    equal(reuses.length, 1);
  },
};
