import { randomBytes, randomUUID } from 'node:crypto';
import { isAppError, manualClock, type ManualClock } from '@org/enterprise-kernel';
import { keyRing } from '../crypto/key-ring.js';
import type { KeyRing, SecretKey } from '../crypto/key-ring.js';
import { sessions } from '../sessions/create-sessions.js';
import { memoryRevocations } from '../sessions/memory-revocations.js';
import type { SessionStore } from '../sessions/session-store.js';
import type { SessionReuse, SessionsOptions } from '../sessions/sessions-options.js';
import type { Sessions } from '../sessions/sessions.js';

/** Test bodies by the sentence that they prove. */
export type SessionCases = Readonly<Record<string, (store: SessionStore) => Promise<void>>>;

export const newSubject = (): string => `subject ${randomUUID()}`;
export const newKey = (id: string): SecretKey => ({ id, bytes: randomBytes(32) });

export interface Opened {
  readonly all: Sessions;
  readonly clock: ManualClock;
  readonly revoked: string[];
  readonly reuses: SessionReuse[];
  readonly keys: KeyRing;
}

/** Sessions over a store, with a clock that stands and a record of what they publish. */
export function over(store: SessionStore, options: Partial<SessionsOptions> & { readonly clock?: ManualClock } = {}): Opened {
  const { clock = manualClock(), keys = keyRing([newKey('k1')]) } = options;
  const revocations = memoryRevocations({ clock });
  const revoked: string[] = [];
  const reuses: SessionReuse[] = [];
  revocations.subscribe(({ id, kind }) => void (kind === 'revoked' && revoked.push(id)));
  const all = sessions({ store, revocations, onReuse: (reuse) => void reuses.push(reuse), ...options, keys, clock });
  return { all, clock, keys, reuses, revoked };
}

/** The code of the error that a promise rejects with; its value if it fulfils. */
export const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((error: unknown) => (isAppError(error) ? error.code : error));
