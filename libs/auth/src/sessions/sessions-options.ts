import type { Clock, Duration, EventSink, Logger } from '@org/enterprise-kernel';
import type { KeyRing } from '../crypto/key-ring.js';
import type { Revocations } from '../revocations.js';
import type { SessionStore } from './session-store.js';
import type { Session } from './session.js';

export interface SessionsOptions {
  readonly store: SessionStore;
  /** Master keys; what tokens need is derived from them. Keep a retired one as long as a session may go unused. */
  readonly keys: KeyRing;
  /** Learns of every session that is ended before its time. */
  readonly revocations: Revocations;
  readonly lifetimes?: SessionLifetimes;
  /** How long after a refresh the same token gets the same answer again, while that answer is unused. @default 10 s */
  readonly grace?: Duration;
  /** How many sessions a subject has at once; another one ends the oldest. @default 50 */
  readonly maxPerSubject?: number;
  /** Where a {@link SessionTokenReused} is appended, in the unit of work that revokes the session. @default nowhere */
  readonly events?: EventSink;
  /** Called once a session was revoked because one of its refresh tokens was used again. @default nothing */
  readonly onReuse?: (reuse: SessionReuse) => unknown;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default silent */
  readonly logger?: Logger;
}

export interface SessionLifetimes {
  /** How long a session lasts however much it is used. @default 90 days */
  readonly absolute?: Duration;
  /** How long it lasts unused. @default 30 days */
  readonly idle?: Duration;
  /** How long an access token issued for a session may be valid: so long a revocation is remembered, and a minute more. @default 1 h */
  readonly accessToken?: Duration;
}

/** What was found out when a refresh token was used again. */
export interface SessionReuse {
  /** As it was before it was revoked. */
  readonly session: Session;
  /** Which one of its tokens, counted from 0, came again, */
  readonly generation: number;
  /** and from where. */
  readonly address: string | undefined;
}
