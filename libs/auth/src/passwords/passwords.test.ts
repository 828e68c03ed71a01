import { inspect } from 'node:util';
import { noopLogger, noopMeter, runInContext, type LogFields } from '@org/enterprise-kernel';
import { argon2 } from './argon2.js';
import { bcrypt } from './bcrypt.js';
import type { PasswordHasher } from './password-hasher.js';
import { passwords } from './passwords.js';

const open: AsyncDisposable[] = [];
const using = <D extends AsyncDisposable>(made: D): D => { open.push(made); return made; };
const bcryptOf = (cost: number, prehash = false) => using(bcrypt({ cost, prehash, threads: 1 }));
const argon2Of = () => using(argon2({ memoryCost: 8, timeCost: 1 }));
afterEach(() => Promise.all(open.splice(0).map((each) => each[Symbol.asyncDispose]())));

const secret = 'tr0mbone in the attic';

function logged() {
  const lines: { message: string; fields: LogFields | undefined }[] = [];
  const error = (message: string, fields?: LogFields): void => { lines.push({ message, fields }); };
  return { lines, logger: { ...noopLogger, error } };
}
/** Counts what a hasher is asked to verify. */
function watched(hasher: PasswordHasher) {
  const verified: string[] = [];
  return { verified, hasher: { ...hasher, verify(password: string, hash: string) { verified.push(hash); return hasher.verify(password, hash); } } };
}

describe('passwords', () => {
  test('hash with the current hasher, and verify what it made', async () => {
    const both = passwords({ current: argon2Of(), accepted: [bcryptOf(4)] });
    const hash = await both.hash(secret);
    expect(hash).toMatch(/^\$argon2id\$/);
    expect([await both.verify(secret, hash), await both.verify(`${secret}!`, hash)]).toEqual([{ valid: true, rehash: false }, { valid: false, rehash: false }]);
  });

  test.each([
    ['bcrypt to argon2id', () => bcryptOf(4), () => argon2Of(), /^\$argon2id\$/],
    ['a cost of 4 to 5', () => bcryptOf(4), () => bcryptOf(5), /^\$2b\$05\$/],
    ['bcrypt to bcrypt with HMAC-SHA-256', () => bcryptOf(4), () => bcryptOf(4, true), /^\$bcrypt-sha256\$/],
  ])('go from %s at the next log-in', async (_, before, after, form) => {
    const [old, current] = [before(), after()];
    let stored = await passwords({ current: old }).hash(secret);
    const both = passwords({ current, accepted: [old] });
    expect(await both.verify('wrong', stored)).toEqual({ valid: false, rehash: false });
    expect(await both.verify(secret, stored)).toEqual({ valid: true, rehash: true });
    stored = await both.rehash(secret);
    expect(stored).toMatch(form);
    expect(await both.verify(secret, stored)).toEqual({ valid: true, rehash: false });
  });

  test('are hashed anew even if the policy would refuse them by now, but not where the current hasher cannot take them', async () => {
    const [argon, four] = [argon2Of(), bcryptOf(4)];
    const both = passwords({ current: four, accepted: [argon] });
    expect(await both.rehash('short')).toMatch(/^\$2b/);
    const long = `${secret} `.repeat(4);
    expect(await both.verify(long, await argon.hash(long))).toEqual({ valid: true, rehash: false });
  });

  test('are the same from every keyboard, and told apart where people tell them apart', async () => {
    const all = passwords({ current: argon2Of() });
    const hash = await all.hash('a\u0308pfel\u00a0kuchen m²');
    const valid = async (text: string) => (await all.verify(text, hash)).valid;
    expect([await valid('äpfel kuchen m²'), await valid('äpfel kuchen m2'), await valid('Äpfel kuchen m²')]).toEqual([true, false, false]);
  });

  test('keep the blanks at their ends', async () => {
    const all = passwords({ current: argon2Of() });
    const hash = await all.hash(` ${secret} `);
    expect([(await all.verify(` ${secret} `, hash)).valid, (await all.verify(secret, hash)).valid]).toEqual([true, false]);
  });

  test('a rejected one says every fault, and neither its text, its print nor its JSON has the password in it', async () => {
    const all = passwords({ current: bcryptOf(4), policy: { check: async () => [{ reason: 'personal', message: 'Choose something else.' }] } });
    const error = await all.hash(secret.repeat(5)).catch((each: unknown) => each) as Error;
    expect(error).toMatchObject({
      code: 'PASSWORD_REJECTED', kind: 'invalid',
      details: { reasons: [{ reason: 'personal', message: 'Choose something else.' }, { reason: 'too_many_bytes', message: expect.stringContaining('72 bytes') }] },
    });
    for (const text of [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), String(error.stack)]) expect(text).not.toContain('trombone');
    for (const text of [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), String(error.stack)]) expect(text).not.toContain('attic');
  });

  test('a password of more bytes than the current hasher takes is refused once, with the fault that says most', async () => {
    const all = passwords({ current: bcryptOf(4) });
    expect((await all.check('x y'.repeat(100))).map(({ reason }) => reason)).toEqual(['too_long']);
    expect((await all.check('ä3 ö7 '.repeat(10))).map(({ reason }) => reason)).toEqual(['too_many_bytes']);
  });
});

describe('where there is no account', () => {
  test.each([undefined, null])('a password is compared with the decoy of the current hasher: %p', async (nothing) => {
    const { verified, hasher } = watched(argon2Of());
    const all = passwords({ current: hasher });
    expect(await all.verify(secret, nothing)).toEqual({ valid: false, rehash: false });
    expect(await all.verifyNothing(secret)).toEqual({ valid: false, rehash: false });
    expect(verified).toEqual([hasher.decoy, hasher.decoy]);
  });

  test('it takes one hash of the same cost, as a wrong password does, also for one that is too long (CVE-2012-5055, CVE-2025-22234)', async () => {
    let hashed = 0;
    const current = using(bcrypt({ cost: 4, threads: 1, meter: { ...noopMeter, histogram: () => ({ record: () => {}, with: () => ({ record: () => { hashed++; } }) }) } }));
    const all = passwords({ current });
    const stored = await all.hash(secret);
    expect([stored, current.decoy].map((hash) => hash.slice(0, 7))).toEqual(['$2b$04$', '$2b$04$']);
    for (const password of ['wrong', 'x'.repeat(73), 'x'.repeat(5000), 'zero\0']) {
      for (const hash of [stored, undefined, 'unreadable']) {
        hashed = 0;
        expect([(await all.verify(password, hash)).valid, hashed]).toEqual([false, 1]);
      }
    }
  });
});

describe('a stored hash that nobody can read', () => {
  test.each(['', 'plain text', '$2b$12$tooshort', '$argon2id$v=19$m=8,t=1,p=1$AAAA$', '$1$salt$hash'])('%j is never valid, takes as long as any, and is logged without being shown', async (hash) => {
    const { lines, logger } = logged();
    const { verified, hasher } = watched(argon2Of());
    expect(await passwords({ current: hasher, accepted: [bcryptOf(4)], logger }).verify(secret, hash)).toEqual({ valid: false, rehash: false });
    expect(verified).toEqual([hasher.decoy]);
    expect(lines).toEqual([{ message: 'A stored password hash cannot be verified by any of the hashers.', fields: {} }]);
  });

  test('the same when a hasher chokes on it', async () => {
    const { lines, logger } = logged();
    const choking: PasswordHasher = { decoy: 'decoy', recognises: () => true, needsRehash: () => false, hash: async () => '', async verify(_, hash) { if (hash === 'decoy') return false; throw new RangeError('bad salt'); } };
    expect(await passwords({ current: choking, logger }).verify(secret, 'x')).toEqual({ valid: false, rehash: false });
    expect(lines.map(({ fields }) => String(fields!['error']))).toEqual(['RangeError: bad salt']);
  });
});

test('a full queue and a client that has gone are told as what they are', async () => {
  const { lines, logger } = logged();
  const busy = using(bcrypt({ cost: 10, threads: 1, maxWaiting: 1 }));
  const all = passwords({ current: busy, logger });
  const client = new AbortController();
  const running = all.verifyNothing(secret);
  const waiting = runInContext({ requestId: 'r', signal: client.signal }, () => all.verify(secret, busy.decoy));
  await expect(all.verify(secret, busy.decoy)).rejects.toMatchObject({ code: 'PASSWORD_HASHING_BUSY' });
  client.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  await running;
  expect(lines).toEqual([]);
});
