// What it costs to verify an access token: @org/enterprise-auth beside jose, jsonwebtoken and fast-jwt.
// Run it on the compiled library: npx nx build @org/enterprise-auth && node tools/bench/run.mjs tokens
import { existsSync } from 'node:fs';
import { createPrivateKey, createPublicKey, createSecretKey, randomUUID } from 'node:crypto';
import { compactVerify, jwtVerify } from 'jose';
import { createVerifier } from 'fast-jwt';
import jsonwebtoken from 'jsonwebtoken';

if (!existsSync(new URL('../../../libs/auth/dist/jwt/index.js', import.meta.url))) {
  console.error('Build the library first: npx nx build @org/enterprise-auth');
  process.exit(1);
}
const { bearerScheme, generateSigningKey, signingKeys, tokenIssuer, tokenVerifier } = await import('../../../libs/auth/dist/jwt/index.js');

const rounds = 11;
const roundMilliseconds = 60;
const [issuer, audience] = ['example-api', 'example-api'];
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const atOnce = 20;

/** CPU microseconds of one call, all threads together: what runs on another one is not free. */
async function cpu(work, times) {
  const begin = process.cpuUsage();
  for (let left = times; left > 0; left -= atOnce) {
    const results = [];
    for (let i = 0; i < Math.min(atOnce, left); i++) results.push(work());
    if (typeof results[0]?.then === 'function') await Promise.all(results);
  }
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / times;
}

async function contestantsFor(alg) {
  const key = await generateSigningKey(alg);
  const keys = await signingKeys({ current: { alg, key } });
  const { token } = await tokenIssuer({ keys, issuer, audience, lifetime: { hours: 1 } }).issue({
    subject: randomUUID(), sessionId: randomUUID(), claims: { roles: ['user'], permissions: ['orders:read', 'orders:write'] },
  });
  // As it comes from a socket: other characters in memory every time, so that no engine knows the text already.
  const bytes = Buffer.from(`Bearer ${token}`);
  const arrived = () => bytes.latin1Slice(7);
  const request = { header: () => bytes.latin1Slice() };

  const rules = { keys, issuer, audience };
  const ours = tokenVerifier(rules);
  const forgetful = tokenVerifier({ ...rules, cacheSize: 0 });
  const scheme = bearerScheme({ verifier: ours });
  const publicKey = alg === 'HS256' ? createSecretKey(Buffer.from(key)) : createPublicKey(createPrivateKey(key));
  const pem = alg === 'HS256' ? key : publicKey.export({ type: 'spki', format: 'pem' });
  // jose takes a key object for all but secrets, which it would import for every token.
  const forJose = alg === 'HS256' ? await crypto.subtle.importKey('raw', Buffer.from(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']) : publicKey;
  const fast = { key: pem, algorithms: [alg], allowedIss: issuer, allowedAud: audience };
  const [fastOnce, fastCached] = [createVerifier(fast), createVerifier({ ...fast, cache: 10_000 })];
  return {
    length: token.length,
    work: {
      'ours, remembered': () => ours.verify(arrived()),
      'ours, header to caller': () => scheme.verify(scheme.read(request), request),
      'fast-jwt, cached': () => fastCached(arrived()),
      'ours, new': () => forgetful.verify(arrived()),
      'fast-jwt': () => fastOnce(arrived()),
      // jsonwebtoken knows no EdDSA.
      ...(alg !== 'EdDSA' && { jsonwebtoken: () => jsonwebtoken.verify(arrived(), publicKey, { algorithms: [alg], issuer, audience }) }),
      'jose.compactVerify': () => compactVerify(arrived(), forJose, { algorithms: [alg] }),
      'jose.jwtVerify': () => jwtVerify(arrived(), forJose, { algorithms: [alg], issuer, audience, typ: 'at+jwt' }),
    },
  };
}

console.log(`Node ${process.version}; CPU microseconds of one verification, median of ${rounds} interleaved rounds of about ${roundMilliseconds} ms; ${atOnce} at once, where it waits\n`);
for (const alg of ['HS256', 'ES256', 'EdDSA', 'RS256']) {
  const { length, work } = await contestantsFor(alg);
  const runs = [];
  for (const [name, each] of Object.entries(work)) {
    await cpu(each, 500);
    runs.push({ name, each, times: Math.ceil((roundMilliseconds * 1000) / await cpu(each, 500)), samples: [] });
  }
  for (let round = 0; round < rounds; round++) {
    // Another one begins in every round, so that nobody always runs on a fresh heap.
    for (let i = 0; i < runs.length; i++) {
      const run = runs[(round + i) % runs.length];
      run.samples.push(await cpu(run.each, run.times));
    }
  }
  console.log(`${alg}, ${length} characters`);
  for (const { name, samples } of runs) console.log(`  ${name.padEnd(24)}${median(samples).toFixed(2).padStart(8)}`);
}
