import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inspect, promisify } from 'node:util';
import { noopMeter } from '@org/enterprise-kernel';
import { bcrypt, type BcryptOptions } from './bcrypt.js';
import { formatBcrypt, parseBcrypt } from './bcrypt-format.js';
import { bcryptPool } from './bcrypt-pool.js';
import { PasswordHashingFailed, PasswordRejected } from './errors.js';

const open: AsyncDisposable[] = [];
const hasher = (options: BcryptOptions = {}) => {
  const made = bcrypt({ cost: 4, threads: 1, ...options });
  open.push(made);
  return made;
};
afterEach(() => Promise.all(open.splice(0).map((each) => each[Symbol.asyncDispose]())));

const long = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

describe('bcrypt', () => {
  test('gives one password two hashes, and knows it again by either', async () => {
    const one = hasher();
    const hashes = await Promise.all([one.hash('correct horse'), one.hash('correct horse')]);
    expect(hashes[0]).not.toBe(hashes[1]);
    for (const hash of hashes) {
      expect(hash).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/);
      expect([await one.verify('correct horse', hash), await one.verify('correct horse ', hash)]).toEqual([true, false]);
    }
  });

  // From crypt_blowfish and jBCrypt, which check themselves against OpenBSD with them.
  test.each([
    ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['U*U*', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
    ['U*U*U', '$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
    ['', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy'],
    [long, '$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui'],
    ['', '$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.'],
    ['a', '$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe'],
    ['abc', '$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i'],
    ['abcdefghijklmnopqrstuvwxyz', '$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC'],
    ['~!@#$%^&*()      ~!@#$%^&*()PNBFRD', '$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO'],
  ])('verifies what OpenBSD makes of %j', async (password, hash) => {
    const one = hasher();
    expect(await one.verify(password, hash)).toBe(true);
    expect(await one.verify(`?${password.slice(1)}`, hash)).toBe(false);
    expect(await one.verify(password, hash.replace('$2a$', '$2y$'))).toBe(true);
  });

  test('never cuts a password: 72 bytes are hashed, more are refused, and a longer one never matches', async () => {
    const one = hasher();
    expect(one.maxBytes).toBe(72);
    const hash = await one.hash('ä'.repeat(36));
    const refused = await one.hash(`${'ä'.repeat(36)}x`).catch((error: unknown) => error);
    expect(PasswordRejected.is(refused) && refused.details.reasons).toEqual([{ reason: 'too_many_bytes', message: expect.stringContaining('72 bytes') }]);
    expect(await one.verify('ä'.repeat(36), hash)).toBe(true);
    expect(await one.verify(`${'ä'.repeat(36)}x`, hash)).toBe(false);
    // CVE-2025-22228: what others made of a longer one is the hash of its beginning.
    expect(await one.verify(`${long}chars after 72 are ignored`, '$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui')).toBe(false);
  });

  test.each(['secret\0', 'secret\0more', '\0', 'half \ud800'])('refuses %j, which others would read as something else', async (password) => {
    const one = hasher();
    await expect(one.hash(password)).rejects.toMatchObject({ code: 'PASSWORD_REJECTED', details: { reasons: [{ reason: 'not_text' }] } });
    const hash = await one.hash(password.split('\0')[0]!.replace('\ud800', '\ufffd'));
    expect(await one.verify(password, hash)).toBe(false);
  });

  test('a password that is too long is hashed as often as any other wrong one (CVE-2025-22234)', async () => {
    let hashed = 0;
    const one = hasher({ meter: { ...noopMeter, histogram: () => ({ record: () => {}, with: () => ({ record: () => { hashed++; } }) }) } });
    const hash = await one.hash('correct horse');
    for (const [i, password] of ['wrong', 'x'.repeat(73), 'zero\0'].entries()) expect([await one.verify(password, hash), hashed]).toEqual([false, i + 2]);
  });

  test.each([3, 32, 4.5, NaN])('a cost of %p is refused', (cost) => {
    expect(() => bcrypt({ cost })).toThrow(TypeError);
  });

  test('asks for another hash when the cost or the form is another', async () => {
    const four = await hasher().hash('correct horse');
    const pre = await hasher({ prehash: true }).hash('correct horse');
    expect([hasher().needsRehash(four), hasher({ cost: 5 }).needsRehash(four), hasher({ prehash: true }).needsRehash(four)]).toEqual([false, true, true]);
    expect([hasher().needsRehash(pre), hasher({ cost: 5, prehash: true }).needsRehash(pre), hasher({ prehash: true }).needsRehash(pre)]).toEqual([true, true, false]);
  });

  test('the decoy is a hash of the current parameters that is known as one', async () => {
    for (const one of [hasher({ cost: 7 }), hasher({ cost: 12, prehash: true })]) {
      expect([one.recognises(one.decoy), one.needsRehash(one.decoy)]).toEqual([true, false]);
      expect(formatBcrypt(parseBcrypt(one.decoy)!)).toBe(one.decoy);
    }
    expect(hasher().decoy).not.toBe(hasher().decoy);
  });
});

describe('bcrypt with HMAC-SHA-256 first', () => {
  // From the documentation of passlib.
  const vector = '$bcrypt-sha256$v=2,t=2b,r=12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2';

  test('verifies what passlib made, and writes the same form', async () => {
    const one = hasher({ prehash: true });
    expect([await one.verify('password', vector), await one.verify('Password', vector), await hasher().verify('password', vector)]).toEqual([true, false, true]);
    expect(await one.hash('password')).toMatch(/^\$bcrypt-sha256\$v=2,t=2b,r=4\$[./A-Za-z0-9]{22}\$[./A-Za-z0-9]{31}$/);
  });

  test('takes passwords of any length to their last byte, zeros too', async () => {
    const one = hasher({ prehash: true });
    expect(one.maxBytes).toBeUndefined();
    for (const [password, other] of [[`${long}a`, `${long}b`], ['a\0b', 'a\0c'], ['a\0b', 'a']] as const) {
      const hash = await one.hash(password);
      expect([await one.verify(password, hash), await one.verify(other, hash)]).toEqual([true, false]);
    }
  });
});

test.each([
  '', 'secret', '$2b$04$', '$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', '$2$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
  '$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', '$2a$32$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe',
  '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeX', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n',
  '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
])('%j is not recognised, and verifies nothing', async (hash) => {
  const one = hasher();
  expect([one.recognises(hash), await one.verify('U*U', hash)]).toEqual([false, false]);
});

describe('the threads', () => {
  test('a thread that is killed fails its job with a clear error, and the next job gets another one', async () => {
    const pool = bcryptPool({ threads: 1, idleTimeout: { seconds: 5 } });
    open.push({ [Symbol.asyncDispose]: () => pool.close() });
    const salt = '$2b$14$CCCCCCCCCCCCCCCCCCCCC.';
    const ended = pool.hash('secret', salt).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await pool.threads[0]!.terminate();
    const error = await ended;
    expect(PasswordHashingFailed.is(error)).toBe(true);
    expect(inspect(error, { depth: 9 })).not.toContain('secret');
    expect(await pool.hash('secret', salt.replace('14', '04'))).toHaveLength(60);
  });

  test('a thread that is killed while it starts fails the job that waits for it', async () => {
    const pool = bcryptPool({ threads: 1, idleTimeout: { seconds: 5 } });
    open.push({ [Symbol.asyncDispose]: () => pool.close() });
    const salt = '$2b$04$CCCCCCCCCCCCCCCCCCCCC.';
    const ended = pool.hash('secret', salt).catch((error: unknown) => error);
    await pool.threads[0]!.terminate();
    expect(PasswordHashingFailed.is(await ended)).toBe(true);
    expect(await pool.hash('secret', salt)).toHaveLength(60);
  });

  test('threads start when they are needed, and end when they are not', async () => {
    const pool = bcryptPool({ threads: 2, idleTimeout: { milliseconds: 50 } });
    open.push({ [Symbol.asyncDispose]: () => pool.close() });
    expect(pool.threads).toHaveLength(0);
    await pool.hash('secret', '$2b$04$CCCCCCCCCCCCCCCCCCCCC.');
    expect(pool.threads).toHaveLength(1);
    for (let i = 0; i < 100 && pool.threads.length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(pool.threads).toHaveLength(0);
  });

  test('a thread that has nothing to do does not keep the process up', async () => {
    const program = fileURLToPath(new URL('../../test/hash-and-end.ts', import.meta.url));
    const flags = ['--conditions=@org/source', '--experimental-transform-types', '--disable-warning=ExperimentalWarning', `--import=${new URL('../../test/typescript-sources.mjs', import.meta.url).href}`];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, program], { timeout: 20_000 });
    expect(stdout).toMatch(/^\$2b\$04\$.{53}\n1 thread\n$/);
  });

  test('disposing it while jobs wait refuses those, ends the one that runs, and every one after', async () => {
    const one = bcrypt({ cost: 10, threads: 1 });
    const jobs = Array.from({ length: 4 }, () => one.hash('correct horse').then(() => 'hashed', (error: { code: string }) => error.code));
    await one[Symbol.asyncDispose]();
    expect(await Promise.all(jobs)).toEqual(['hashed', ...Array(3).fill('PASSWORD_HASHING_CLOSED')]);
    await expect(one.verify('correct horse', one.decoy)).rejects.toMatchObject({ code: 'PASSWORD_HASHING_CLOSED' });
    await one[Symbol.asyncDispose]();
  });
});
