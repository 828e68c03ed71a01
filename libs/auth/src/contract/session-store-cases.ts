import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { uuidv7 } from '@org/enterprise-kernel';
import type { SessionRotation, SessionStore, StoredSession } from '../sessions/session-store.js';
import { newSubject, type SessionCases } from './session-fixture.js';

const time = (minutes: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minutes, 0, 123));

const session = (over: Partial<StoredSession> = {}): StoredSession => ({
  id: uuidv7(), subject: newSubject(), name: 'Firefox on Linux', userAgent: undefined, address: undefined,
  createdAt: time(0), lastUsedAt: time(0), expiresAt: time(60), endsAt: time(90), secretHash: `hash ${randomUUID()}`, generation: 0, rotation: undefined, ...over,
});
const rotation = ({ id, secretHash, generation }: StoredSession, over: Partial<SessionRotation> = {}): SessionRotation =>
  ({ id, generation, previousHash: secretHash, secretHash: `hash ${randomUUID()}`, salt: 'salt', keyId: 'k1', now: time(10), expiresAt: time(70), address: undefined, ...over });

async function inserted(store: SessionStore, over: Partial<StoredSession> = {}): Promise<StoredSession> {
  const one = session(over);
  await store.insert(one);
  return one;
}

export const sessionStoreCases: SessionCases = {
  'a session comes back as it was put in, to the millisecond': async (store) => {
    const full = session({
      subject: `it's "${newSubject()}" \\ $1`, name: '’ü€😀 {}', userAgent: 'Mozilla/5.0 (null)', address: '2001:db8::1', generation: 3,
      rotation: { previousHash: 'x_-', rotatedAt: time(3), salt: 'y_-', keyId: 'k-1_' },
    });
    for (const one of [session(), full]) {
      await store.insert(one);
      deepEqual(await store.find(one.id), one);
      deepEqual(await store.list(one.subject, time(1)), [one]);
    }
  },

  'a session that is not there is not found, and nothing is done to it': async (store) => {
    const absent = session();
    equal(await store.find(absent.id), undefined);
    equal(await store.rotate(rotation(absent)), undefined);
    await store.touch({ id: absent.id, now: time(1), expiresAt: time(2), address: undefined });
    equal(await store.rename(absent.subject, absent.id, 'other', time(1)), false);
    equal(await store.remove(absent.id), false);
    deepEqual(await store.removeAll(absent.subject), []);
    deepEqual(await store.list(absent.subject, time(1)), []);
    equal(await store.find(absent.id), undefined);
  },

  'a rotation replaces the secret and keeps what the one before was': async (store) => {
    const one = await inserted(store, { address: '192.0.2.1' });
    const first = rotation(one);
    const rotated = await store.rotate(first);
    deepEqual(rotated, {
      ...one, lastUsedAt: time(10), expiresAt: time(70), secretHash: first.secretHash, generation: 1,
      rotation: { previousHash: one.secretHash, rotatedAt: time(10), salt: 'salt', keyId: 'k1' },
    });
    deepEqual(await store.find(one.id), rotated);
    const second = await store.rotate(rotation(rotated!, { address: '192.0.2.2', expiresAt: time(100) }));
    equal(second!.address, '192.0.2.2');
    equal(second!.generation, 2);
    deepEqual(second!.expiresAt, one.endsAt);
    equal(second!.rotation!.previousHash, first.secretHash);
  },

  'a rotation needs the present secret, the present generation and a session that lasts': async (store) => {
    const one = await inserted(store);
    for (const wrong of [{ previousHash: 'other' }, { generation: 1 }, { id: uuidv7() }, { now: time(60) }]) equal(await store.rotate(rotation(one, wrong)), undefined);
    deepEqual(await store.find(one.id), one);
  },

  'of a hundred rotations of one secret one succeeds': async (store) => {
    const one = await inserted(store);
    const all = await Promise.all(Array.from({ length: 100 }, () => store.rotate(rotation(one))));
    const done = all.filter((each) => each !== undefined);
    equal(done.length, 1);
    deepEqual(await store.find(one.id), done[0]);
  },

  'the latest use is noted, and no earlier one after it': async (store) => {
    const one = await inserted(store);
    await store.touch({ id: one.id, now: time(20), expiresAt: time(100), address: '192.0.2.9' });
    const used = { ...one, lastUsedAt: time(20), expiresAt: one.endsAt, address: '192.0.2.9' };
    deepEqual(await store.find(one.id), used);
    await store.touch({ id: one.id, now: time(19), expiresAt: time(80), address: undefined });
    deepEqual(await store.find(one.id), used);
    await store.touch({ id: one.id, now: time(21), expiresAt: time(80), address: undefined });
    deepEqual(await store.find(one.id), { ...used, lastUsedAt: time(21), expiresAt: time(80) });
  },

  'a use does not bring back what has expired': async (store) => {
    const one = await inserted(store);
    await store.touch({ id: one.id, now: time(60), expiresAt: time(80), address: undefined });
    deepEqual(await store.find(one.id), one);
  },

  'a list has what lasts, the one used last first': async (store) => {
    const subject = newSubject();
    const [old, expired, recent] = await Promise.all([
      inserted(store, { subject, lastUsedAt: time(1) }), inserted(store, { subject, expiresAt: time(5) }), inserted(store, { subject, lastUsedAt: time(2) }),
    ]);
    await inserted(store);
    deepEqual(await store.list(subject, time(5)), [recent, old]);
    deepEqual((await store.list(subject, time(4))).map(({ id }) => id).includes(expired.id), true);
  },

  'a name is changed by the subject alone': async (store) => {
    const one = await inserted(store);
    equal(await store.rename(newSubject(), one.id, 'stolen', time(1)), false);
    equal(await store.rename(one.subject, one.id, 'late', time(60)), false);
    equal(await store.rename(one.subject, one.id, 'Work', time(1)), true);
    deepEqual(await store.find(one.id), { ...one, name: 'Work' });
  },

  'a session is removed once, and for another subject not at all': async (store) => {
    const one = await inserted(store);
    equal(await store.remove(one.id, newSubject()), false);
    const answers = await Promise.all([store.remove(one.id), store.remove(one.id, one.subject), store.remove(one.id)]);
    equal(answers.filter(Boolean).length, 1);
    equal(await store.find(one.id), undefined);
  },

  'all sessions of a subject are removed, but for one': async (store) => {
    const subject = newSubject();
    const mine = await Promise.all(Array.from({ length: 3 }, () => inserted(store, { subject })));
    const other = await inserted(store);
    deepEqual([...await store.removeAll(subject, mine[1]!.id)].sort(), [mine[0]!.id, mine[2]!.id].sort());
    deepEqual(await store.removeAll(subject), [mine[1]!.id]);
    deepEqual(await store.find(other.id), other);
  },

  'the oldest beyond a number are removed; what has expired does not count': async (store) => {
    const subject = newSubject();
    const [oldest, expired, newest, middle] = await Promise.all([
      inserted(store, { subject, createdAt: time(1), lastUsedAt: time(9) }), inserted(store, { subject, createdAt: time(4), expiresAt: time(5) }),
      inserted(store, { subject, createdAt: time(3) }), inserted(store, { subject, createdAt: time(2) }),
    ]);
    deepEqual(await store.trim(subject, 3, time(5)), []);
    deepEqual(await store.trim(subject, 2, time(5)), [oldest.id]);
    deepEqual((await store.list(subject, time(5))).map(({ id }) => id).sort(), [newest.id, middle.id].sort());
    deepEqual(await store.find(expired.id), expired);
  },

  'what has expired is deleted, so much at a time': async (store) => {
    const long = new Date(0);
    const subject = newSubject();
    const gone = await Promise.all(Array.from({ length: 3 }, () => inserted(store, { subject, expiresAt: long })));
    const lasting = await inserted(store, { subject });
    let deleted = 0;
    for (let count = 2; count > 0; deleted += count) {
      count = await store.purge(long, 2);
      equal(count <= 2, true);
    }
    equal(deleted >= 3, true);
    for (const { id } of gone) equal(await store.find(id), undefined);
    deepEqual(await store.find(lasting.id), lasting);
  },
};
