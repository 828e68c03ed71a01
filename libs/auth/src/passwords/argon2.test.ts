import { argon2 } from './argon2.js';

const small = { memoryCost: 8, timeCost: 1 };

// From the tests of the reference implementation (phc-winner-argon2, version 0x13).
test.each([
  ['password', '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
  ['password', '$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg'],
  ['password', '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'],
  ['password', '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc'],
  ['differentpassword', '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94'],
  ['password', '$argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw'],
])('verifies what the reference makes of %j: %s', async (password, hash) => {
  const one = argon2();
  expect([one.recognises(hash), one.needsRehash(hash)]).toEqual([true, true]);
  expect([await one.verify(password, hash), await one.verify(`${password} `, hash)]).toEqual([true, false]);
});

test('hashes with the parameters that OWASP recommends, each time to another text', async () => {
  const one = argon2();
  const [hash, other] = await Promise.all([one.hash('correct horse'), one.hash('correct horse')]);
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(other).not.toBe(hash);
  expect([one.needsRehash(hash), await one.verify('correct horse', hash), await one.verify('correct hors', hash)]).toEqual([false, true, false]);
});

test('takes passwords of any length to their last byte', async () => {
  const one = argon2(small);
  expect(one.maxBytes).toBeUndefined();
  for (const [password, other] of [[`${'x'.repeat(300)}a`, `${'x'.repeat(300)}b`], ['a\0b', 'a\0c']] as const) {
    const hash = await one.hash(password);
    expect([await one.verify(password, hash), await one.verify(other, hash)]).toEqual([true, false]);
  }
});

test('asks for another hash when any parameter is another', async () => {
  const hash = await argon2(small).hash('correct horse');
  for (const other of [{ memoryCost: 16 }, { timeCost: 2 }, { memoryCost: 16, parallelism: 2 }]) expect(argon2({ ...small, ...other }).needsRehash(hash)).toBe(true);
  expect(argon2({ ...small, concurrency: 3 }).needsRehash(hash)).toBe(false);
});

test('the decoy is a hash of the current parameters that no password has', async () => {
  const one = argon2(small);
  expect([one.recognises(one.decoy), one.needsRehash(one.decoy), await one.verify('', one.decoy)]).toEqual([true, false, false]);
  expect(argon2(small).decoy).not.toBe(one.decoy);
});

test.each([
  '', 'x', '$argon2id$', '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc', '$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
  '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/', '$argon2id$v=19$m=999999999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
  '$argon2id$v=19$m=1,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4', '$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
])('%j is not recognised, and verifies nothing', async (hash) => {
  const one = argon2(small);
  expect([one.recognises(hash), await one.verify('password', hash)]).toEqual([false, false]);
});

test.each([{ memoryCost: 7 }, { memoryCost: 8, parallelism: 2 }, { timeCost: 0 }, { parallelism: 256, memoryCost: 4096 }, { memoryCost: 2 ** 23 }, { timeCost: 1.5 }, { concurrency: 0 }])('%j is refused', (options) => {
  expect(() => argon2(options)).toThrow(TypeError);
});

test('disposing it while jobs wait refuses those, ends the one that runs, and every one after', async () => {
  const one = argon2({ concurrency: 1 });
  const jobs = Array.from({ length: 4 }, () => one.hash('correct horse').then(() => 'hashed', (error: { code: string }) => error.code));
  await one[Symbol.asyncDispose]();
  expect(await Promise.all(jobs)).toEqual(['hashed', ...Array(3).fill('PASSWORD_HASHING_CLOSED')]);
  await expect(one.hash('correct horse')).rejects.toMatchObject({ code: 'PASSWORD_HASHING_CLOSED' });
});
