import { isUuid, noopLogger, systemClock, toMilliseconds, uuidGenerator } from '@org/enterprise-kernel';
import { constantTimeEqual } from '../crypto/constant-time-equal.js';
import { cookieSecretHash, issueCookieSecret, sessionOfCookieSecret } from './cookie-secrets.js';
import { deviceName, oneLine } from './device-name.js';
import { refreshing } from './refresh.js';
import { refreshTokens } from './refresh-tokens.js';
import { publicPart } from './session.js';
import { isOver, type StoredSession } from './session-store.js';
import type { Session } from './session.js';
import { SessionNotFound, SessionRevoked } from './sessions.errors.js';
import type { SessionsOptions } from './sessions-options.js';
import type { OpenSessionOptions, Sessions } from './sessions.js';
import { uninterrupted } from './uninterrupted.js';

const noteEvery = 60_000;
const clockSkew = 60_000;
const purgeEvery = 600_000;
const purgeAtMost = 500;

/**
 * Makes sessions over a store. Whatever changes takes part in the unit of work that is running; only the revocation after
 * a reuse stays when that one is rolled back.
 * @see RFC 9700, section 4.14.2 (rotation of refresh tokens, revocation on reuse)
 */
export function sessions(options: SessionsOptions): Sessions {
  const { store, keys, revocations, lifetimes = {}, grace = { seconds: 10 }, maxPerSubject = 50, clock = systemClock, logger = noopLogger } = options;
  if (!Number.isInteger(maxPerSubject) || maxPerSubject < 1) throw new TypeError('maxPerSubject must be a whole number of at least 1.');
  const absolute = toMilliseconds(lifetimes.absolute ?? { days: 90 });
  const idle = toMilliseconds(lifetimes.idle ?? { days: 30 });
  const remembered = toMilliseconds(lifetimes.accessToken ?? { hours: 1 }) + clockSkew;
  const noteAfter = Math.min(noteEvery, idle / 10);
  const tokens = refreshTokens(keys);
  const newId = uuidGenerator({ clock });
  let nextPurge = 0;

  const useOf = (id: string, now: number, address: string | undefined) =>
    ({ id, now: new Date(now), expiresAt: new Date(now + idle), address: address === undefined ? undefined : oneLine(address, 64) });

  async function publish(ids: readonly string[]): Promise<void> {
    const until = clock.now() + remembered;
    if (ids.length > 0) await revocations.publish(ids.map((id) => ({ id, kind: 'revoked', until })));
  }

  async function create(id: string, secretHash: string, { subject, name, userAgent, address, replaces }: OpenSessionOptions): Promise<Session> {
    const now = clock.now();
    const { expiresAt, now: at, ...use } = useOf(id, now, address);
    const endsAt = new Date(now + absolute);
    const session: StoredSession = {
      ...use, subject, name: oneLine(name ?? '', 100) || deviceName(userAgent), userAgent: userAgent === undefined ? undefined : oneLine(userAgent, 256),
      createdAt: at, lastUsedAt: at, expiresAt: expiresAt < endsAt ? expiresAt : endsAt, endsAt, secretHash, generation: 0, rotation: undefined,
    };
    await store.join(async () => {
      await store.insert(session);
      const replaced = isUuid(replaces) && await store.remove(replaces!) ? [replaces!] : [];
      await publish([...replaced, ...await store.trim(subject, maxPerSubject, at)]);
    });
    purgeNowAndThen(now);
    return publicPart(session);
  }

  /** Nobody waits for it: it is no part of the log-in that happened to come by. */
  function purgeNowAndThen(now: number): void {
    if (now < nextPurge) return;
    nextPurge = now + purgeEvery;
    void uninterrupted(() => store.aside(async () => void await purge()))
      .catch((error: unknown) => logger.warn('Expired sessions could not be deleted.', { error }));
  }

  async function purge(): Promise<number> {
    let all = 0;
    for (let count = purgeAtMost; count === purgeAtMost; all += count) count = await store.purge(new Date(clock.now()), purgeAtMost);
    return all;
  }

  return {
    refresh: refreshing({ ...options, clock, logger, grace: toMilliseconds(grace), tokens, useOf, publish }),

    async open(opening) {
      const id = newId();
      const token = tokens.first(id);
      return { session: await create(id, token.hash, opening), refreshToken: token.text };
    },

    async openForCookie(opening) {
      const id = newId();
      const secret = issueCookieSecret(id);
      return { session: await create(id, secret.hash, opening), secret: secret.text };
    },

    async verifyCookie(secret, { address } = {}) {
      const id = sessionOfCookieSecret(secret);
      const stored = id === undefined ? undefined : await store.find(id);
      const now = clock.now();
      if (!stored || !constantTimeEqual(stored.secretHash, cookieSecretHash(secret)) || isOver(stored, now)) throw new SessionRevoked();
      const session = publicPart(stored);
      if (now - session.lastUsedAt.getTime() < noteAfter) return session;
      const use = useOf(session.id, now, address);
      await store.touch(use);
      return { ...session, lastUsedAt: use.now, expiresAt: use.expiresAt < session.endsAt ? use.expiresAt : session.endsAt, address: use.address ?? session.address };
    },

    async list(subject, { current } = {}) {
      return (await store.list(subject, new Date(clock.now()))).map((each) => ({ ...publicPart(each), current: each.id === current }));
    },

    async rename(subject, id, name) {
      const known = isUuid(id) && await store.rename(subject, id, oneLine(name, 100) || deviceName(undefined), new Date(clock.now()));
      if (!known) throw new SessionNotFound();
    },

    revoke: (subject, id) => store.join(async () => {
      if (!isUuid(id) || !(await store.remove(id, subject))) throw new SessionNotFound();
      await publish([id]);
    }),

    revokeAll: (subject, { except } = {}) => store.join(async () => {
      const ended = await store.removeAll(subject, isUuid(except) ? except : undefined);
      await publish(ended);
      return ended.length;
    }),

    purge,
  };
}
