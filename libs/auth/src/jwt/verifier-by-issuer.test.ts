import { forge } from '../../test/forge-token.js';
import { refusalReason } from './refusal.js';
import { signingKeys } from './signing-keys.js';
import { tokenIssuer } from './token-issuer.js';
import { tokenVerifier } from './token-verifier.js';
import { verifierByIssuer } from './verifier-by-issuer.js';

const party = async (issuer: string) => {
  const keys = await signingKeys({ current: { alg: 'HS256', key: issuer.padEnd(32, 'x') } });
  return { keys, verifier: tokenVerifier({ keys, issuer, audience: 'a' }), token: async (iss = issuer) => (await tokenIssuer({ keys, issuer: iss, audience: 'a', lifetime: { minutes: 1 } }).issue({ subject: issuer })).token };
};
const [own, partner] = [await party('own'), await party('partner')];
const verifier = verifierByIssuer({ verifiers: { own: own.verifier, partner: partner.verifier } });

const outcome = async (token: string): Promise<string | undefined> => {
  try {
    return (await verifier.verify(token)).subject;
  } catch (error) {
    return refusalReason(error);
  }
};

test('a token is verified by the keys of the issuer that it names', async () => {
  expect(await outcome(await own.token())).toBe('own');
  expect(await outcome(await partner.token())).toBe('partner');
});

test('one issuer cannot speak for another', async () => {
  expect(await outcome(await partner.token('own'))).toBe('unknown_key');
});

test.each([['a third issuer', 'third'], ['a name that every object has', 'constructor'], ['no text', ['own']], ['none', undefined]])('%s is refused', async (_, iss) => {
  expect(await outcome(forge({ header: { alg: 'HS256' }, payload: { iss } }))).toBe('issuer');
});

test('what is no token, or too long a one, is refused', async () => {
  expect(await outcome('abc')).toBe('malformed');
  expect(await outcome('.'.repeat(9000))).toBe('too_long');
});
