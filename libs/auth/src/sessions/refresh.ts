import type { Clock, Logger } from '@org/enterprise-kernel';
import { constantTimeEqual } from '../crypto/constant-time-equal.js';
import { randomToken } from '../crypto/tokens.js';
import type { ReadRefreshToken, RefreshTokens } from './refresh-tokens.js';
import { sessionTokenReused } from './session-events.js';
import { isOver, type SessionUse, type StoredSession } from './session-store.js';
import { publicPart } from './session.js';
import { RefreshTokenInvalid, RefreshTokenReused } from './sessions.errors.js';
import type { SessionReuse, SessionsOptions } from './sessions-options.js';
import type { Sessions, SessionWithRefreshToken } from './sessions.js';
import { uninterrupted } from './uninterrupted.js';

export interface RefreshingOptions extends Pick<SessionsOptions, 'store' | 'keys' | 'events' | 'onReuse'> {
  readonly tokens: RefreshTokens;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds. */
  readonly grace: number;
  readonly useOf: (id: string, now: number, address: string | undefined) => SessionUse;
  /** Publishes that these sessions are revoked. */
  readonly publish: (ids: readonly string[]) => Promise<void>;
}

/** Makes the exchange of a refresh token for the next one. */
export function refreshing({ store, keys, events, onReuse, tokens, clock, logger, grace, useOf, publish }: RefreshingOptions): Sessions['refresh'] {
  /** Decides about a token that is not the present one of its session. */
  async function refreshAgain(token: ReadRefreshToken, now: number, address: string | undefined): Promise<SessionWithRefreshToken> {
    const stored = await store.find(token.sessionId);
    if (!stored || isOver(stored, now)) throw new RefreshTokenInvalid();
    const { generation, rotation } = stored;
    const isPrevious = rotation !== undefined && token.generation === generation - 1 && constantTimeEqual(rotation.previousHash, token.hash);
    if (isPrevious && now <= rotation.rotatedAt.getTime() + grace) {
      const child = tokens.child(token, rotation);
      // Once its key has left the ring, the same child cannot be made again; having asked for it is no offence.
      if (!child || !constantTimeEqual(child.hash, stored.secretHash)) throw new RefreshTokenInvalid();
      return { session: publicPart(stored), refreshToken: child.text };
    }
    const isOlder = token.genuine === true && token.generation < generation;
    if (!isPrevious && !isOlder) throw new RefreshTokenInvalid();
    const reuse = { session: publicPart(stored), generation: token.generation, address };
    await uninterrupted(() => store.aside(() => endReused(stored, reuse)));
    throw new RefreshTokenInvalid(undefined, { cause: new RefreshTokenReused({ session_id: stored.id, subject: stored.subject, generation: token.generation }) });
  }

  async function endReused({ id, subject, generation: current }: StoredSession, reuse: SessionReuse): Promise<void> {
    const ended = await store.join(async () => {
      // Of several who find out at once, one says so.
      if (!(await store.remove(id))) return false;
      await events?.append([sessionTokenReused(reuse, current)]);
      await publish([id]);
      return true;
    });
    if (!ended) return;
    logger.warn('A refresh token was used again, and its session is revoked.', { session: id, subject, generation: reuse.generation, current });
    try {
      await onReuse?.(reuse);
    } catch (error) {
      logger.error('The hook for reused refresh tokens failed.', { session: id, error });
    }
  }

  return async (text, { address } = {}) => {
    const token = tokens.read(text);
    if (!token || token.genuine === false) throw new RefreshTokenInvalid();
    const now = clock.now();
    const derivation = { salt: randomToken(16), keyId: keys.current.id };
    const child = tokens.child(token, derivation)!;
    const rotated = await store.rotate({
      ...useOf(token.sessionId, now, address), ...derivation, generation: token.generation, previousHash: token.hash, secretHash: child.hash,
    });
    return rotated ? { session: publicPart(rotated), refreshToken: child.text } : refreshAgain(token, now, address);
  };
}
