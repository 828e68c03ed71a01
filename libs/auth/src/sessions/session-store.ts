import type { Session } from './session.js';

/** The latest rotation of a secret: what it takes to repeat it, and nothing of the secrets themselves. */
export interface StoredRotation {
  /** Hash of the secret that was given for the present one. */
  readonly previousHash: string;
  readonly rotatedAt: Date;
  /** What the present secret was derived with, beside the previous one and a key. */
  readonly salt: string;
  /** Id of the key that it was derived with. */
  readonly keyId: string;
}

export interface StoredSession extends Session {
  /** Hash of the one secret that proves this session now. */
  readonly secretHash: string;
  /** How often the secret was rotated. */
  readonly generation: number;
  /** `undefined` until the first one. */
  readonly rotation: StoredRotation | undefined;
}

/** A use of a session that is to be noted. */
export interface SessionUse {
  readonly id: string;
  readonly now: Date;
  /** Until when it lasts now; never beyond its `endsAt`. */
  readonly expiresAt: Date;
  /** @default the one that is known stays */
  readonly address: string | undefined;
}

export interface SessionRotation extends SessionUse {
  /** The generation that is given away. */
  readonly generation: number;
  readonly previousHash: string;
  readonly secretHash: string;
  readonly salt: string;
  readonly keyId: string;
}

/** Where sessions are kept: one row each, found by its id. A session that has expired counts as absent, except for `find`. */
export interface SessionStore {
  insert(session: StoredSession): Promise<void>;
  find(id: string): Promise<StoredSession | undefined>;
  /**
   * Replaces the secret if it, and the generation, are still the present ones, in one atomic step: of any number of
   * callers with one secret, one gets the session, and the others `undefined`.
   */
  rotate(rotation: SessionRotation): Promise<StoredSession | undefined>;
  /** Notes a use, unless a later one is noted already. */
  touch(use: SessionUse): Promise<void>;
  /** The sessions of a subject, the one used last first. */
  list(subject: string, now: Date): Promise<readonly StoredSession[]>;
  /** Tells whether the subject has this session. */
  rename(subject: string, id: string, name: string, now: Date): Promise<boolean>;
  /** Removes a session, of this subject if one is named. Tells whether it was there: of several callers one hears so. */
  remove(id: string, subject?: string): Promise<boolean>;
  /** Removes all sessions of a subject but one, and returns their ids. */
  removeAll(subject: string, except?: string): Promise<readonly string[]>;
  /** Removes the oldest sessions of a subject beyond so many, and returns their ids. */
  trim(subject: string, keep: number, now: Date): Promise<readonly string[]>;
  /** Removes up to `limit` sessions that have expired, and returns how many. */
  purge(now: Date, limit: number): Promise<number>;
  /** Runs `body` in the unit of work that is running, or else in one of its own. */
  join<R>(body: () => Promise<R>): Promise<R>;
  /**
   * Runs `body` outside of the unit of work that is running, so that it stays when that one is rolled back. Where there is
   * one, this does not wait for `body`, which may need the connection that the unit holds; what it throws then is logged.
   */
  aside(body: () => Promise<void>): Promise<void>;
}

export const isOver = ({ expiresAt }: Session, now: number): boolean => expiresAt.getTime() <= now;
