import { setImmediate as turn } from 'node:timers/promises';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import type { SigningAlgorithm } from './algorithms.js';
import { generateSigningKey } from './generate-signing-key.js';
import { signingKeys, type RetiredKeyOptions } from './signing-keys.js';
import { tokenIssuer } from './token-issuer.js';
import { tokenVerifier } from './token-verifier.js';

test.each([['ES256'], ['EdDSA'], ['HS256']] as const)('keys of %s are rotated under load on two instances, one step apart, and no valid token fails', async (alg: SigningAlgorithm) => {
  const make = async () => ({ alg, key: await generateSigningKey(alg) });
  let [current, next] = [await make(), await make()];
  let retired: RetiredKeyOptions[] = [];
  const instances = await Promise.all([1, 2].map(async () => {
    const keys = await signingKeys({ current, next });
    return {
      keys,
      issuer: tokenIssuer({ keys, issuer: 'i', audience: 'a', lifetime: { minutes: 5 } }),
      verifier: tokenVerifier({ keys, issuer: 'i', audience: 'a', cacheSize: 64 }),
    };
  }));

  let rotating = true;
  const counts = { issued: 0, verified: 0 };
  const alive: string[] = [];
  const load = instances.map(async ({ issuer }) => {
    while (rotating) {
      const { token } = await issuer.issue({ subject: 'u' });
      counts.issued += 1;
      alive.push(token);
      // Old and new ones, at every instance, and by somebody who knows the published keys alone.
      for (const each of [token, alive[Math.floor(Math.random() * alive.length)]!]) {
        for (const { verifier } of instances) expect(await verifier.verify(each)).toMatchObject({ subject: 'u' });
        if (alg !== 'HS256') await jwtVerify(each, createLocalJWKSet(instances[0]!.keys.jwks() as JSONWebKeySet), { issuer: 'i', audience: 'a' });
        counts.verified += 1;
      }
      await turn();
    }
  });

  const ids = new Set<string>();
  for (let rotation = 0; rotation < 8; rotation++) {
    retired = [{ ...current, until: new Date(Date.now() + 600_000) }, ...retired];
    [current, next] = [next, await make()];
    for (const { keys } of instances) {
      await keys.replace({ current, next, retired });
      const before = counts.verified;
      while (counts.verified < before + 10) await turn();
    }
    ids.add((await instances[0]!.keys.sign({}, 'at+jwt')).split('.')[0]!);
  }
  rotating = false;
  await Promise.all(load);
  expect(ids.size).toBe(8); // the keys did change
  for (const token of alive) for (const { verifier } of instances) expect(await verifier.verify(token)).toMatchObject({ subject: 'u' });
  expect(counts.verified).toBeGreaterThan(160);

  // And the load would have noticed a key that is gone.
  await instances[0]!.keys.replace({ current, next });
  expect(() => instances[0]!.verifier.verify(alive[0]!)).toThrow(expect.objectContaining({ code: 'TOKEN_INVALID' }));
});
