import { inspect } from 'node:util';
import { manualClock } from '@org/enterprise-kernel';
import { memoryOneTimeTokenStore } from './memory-one-time-token-store.js';
import type { OneTimeTokenStore } from './one-time-token-store.js';
import { oneTimeTokens, type OneTimeTokenDelivery, type OneTimeTokensOptions } from './one-time-tokens.js';

interface NewAddress { readonly email: string }

function made<Payload = undefined>(options: Partial<OneTimeTokensOptions<Payload>> = {}) {
  const clock = manualClock();
  const sent: OneTimeTokenDelivery<Payload>[] = [];
  const tokens = oneTimeTokens<Payload>({ store: memoryOneTimeTokenStore(), purpose: 'password-reset', clock, deliver: (delivery) => sent.push(delivery), ...options });
  return { clock, sent, tokens };
}
const refusal = (work: Promise<unknown>): Promise<unknown> => work.then(() => { throw new Error('It was accepted.'); }, (error: { toJSON(): unknown }) => error.toJSON());

test('a token is delivered, stands for its subject and payload, and works once', async () => {
  const { sent, tokens } = made<NewAddress>();
  expect(await tokens.send('ann', { email: 'new@example.com' })).toBe(true);
  const [{ token, ...delivery }] = sent as [OneTimeTokenDelivery<NewAddress>];
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(delivery).toEqual({ subject: 'ann', payload: { email: 'new@example.com' }, expiresAt: new Date('2026-01-01T00:30:00Z') });
  expect(await tokens.peek(token)).toEqual({ subject: 'ann', payload: { email: 'new@example.com' } });
  expect(await tokens.consume(token)).toEqual({ subject: 'ann', payload: { email: 'new@example.com' } });
  await expect(tokens.consume(token)).rejects.toMatchObject({ code: 'ONE_TIME_TOKEN_INVALID' });
});

test('unknown, used, replaced, revoked, expired and foreign tokens are refused alike', async () => {
  const store = memoryOneTimeTokenStore();
  const { clock, sent, tokens } = made({ store });
  const other = made({ store, purpose: 'email-verification' });
  await tokens.send('used');
  await tokens.consume(sent[0]!.token);
  await tokens.send('replaced');
  await tokens.send('replaced');
  await tokens.send('revoked');
  await tokens.revoke('revoked');
  await other.tokens.send('foreign');
  const [used, replaced, , revoked] = sent.map(({ token }) => token);
  const refusals = [];
  for (const token of ['x'.repeat(43), used!, replaced!, revoked!, other.sent[0]!.token, '', 'x', `${used}x`, 'x'.repeat(1_000_000), '\0', 'ü'.repeat(43)]) {
    refusals.push(await refusal(tokens.consume(token)), await refusal(tokens.peek(token)));
  }
  await tokens.send('expired');
  await clock.advance({ minutes: 30 });
  refusals.push(await refusal(tokens.consume(sent.at(-1)!.token)));
  expect(new Set(refusals.map((each) => JSON.stringify(each))).size).toBe(1);
  expect(refusals[0]).toEqual({ code: 'ONE_TIME_TOKEN_INVALID', kind: 'invalid', message: expect.stringContaining('not valid any more') });
});

test('another writing of a token is no token', async () => {
  const { sent, tokens } = made();
  await tokens.send('ann');
  const [{ token }] = sent as [OneTimeTokenDelivery<undefined>];
  // The last of 43 characters holds four bits: others decode to the same bytes.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const twin = token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)!) ^ 1];
  expect(Buffer.from(twin, 'base64url')).toEqual(Buffer.from(token, 'base64url'));
  await expect(tokens.consume(twin)).rejects.toMatchObject({ code: 'ONE_TIME_TOKEN_INVALID' });
  await tokens.consume(token);
});

test('an account is sent three tokens an hour, and the last one stays good', async () => {
  const { clock, sent, tokens } = made({ lifetime: { hours: 2 } });
  for (const expected of [true, true, true, false, false]) expect(await tokens.send('ann')).toBe(expected);
  expect([sent.length, await tokens.send('bob')]).toEqual([3, true]);
  await tokens.peek(sent[2]!.token);
  await clock.advance({ hours: 1 });
  expect(await tokens.send('ann')).toBe(true);
});

test('the store never sees a token, and neither an error nor a print of one shows it', async () => {
  const seen: unknown[] = [];
  const watched = new Proxy(memoryOneTimeTokenStore(), {
    get: (store, name) => (...args: unknown[]) => { seen.push(args); return (store[name as keyof OneTimeTokenStore] as (...all: unknown[]) => unknown)(...args); },
  });
  const { sent, tokens } = made({ store: watched });
  await tokens.send('ann');
  const [{ token }] = sent as [OneTimeTokenDelivery<undefined>];
  await tokens.consume(token);
  const error = await tokens.consume(token).catch((each: unknown) => each);
  expect(seen).toHaveLength(3);
  for (const each of [seen, error, tokens]) expect(inspect(each, { depth: 9, showHidden: true })).not.toContain(token);
});

test('of 100 uses at once one succeeds', async () => {
  const { sent, tokens } = made();
  await tokens.send('ann');
  const uses = await Promise.allSettled(Array.from({ length: 100 }, () => tokens.consume(sent[0]!.token)));
  expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('what delivering rejects with is passed on', async () => {
  const { tokens } = made({ deliver: async () => { throw new Error('no mail today'); } });
  await expect(tokens.send('ann')).rejects.toThrow('no mail today');
});

test('a payload is asked for where there is one', async () => {
  const { tokens } = made<NewAddress>();
  // @ts-expect-error the new address is missing
  await tokens.send('ann');
  // @ts-expect-error there is no payload
  await made().tokens.send('ann', { email: 'new@example.com' });
  expect(() => made({ maxSent: 0 })).toThrow(TypeError);
});
