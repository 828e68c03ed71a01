/** One log-in on one device, as its owner may see it: nothing in it is secret. */
export interface Session {
  /** UUID version 7. */
  readonly id: string;
  /** Whose log-in it is. */
  readonly subject: string;
  /** What its owner calls it, e.g. `Firefox on Linux`. */
  readonly name: string;
  readonly userAgent: string | undefined;
  /** Network address of the latest use that was noted. */
  readonly address: string | undefined;
  readonly createdAt: Date;
  /** Noted at each refresh, and for cookies about once a minute. */
  readonly lastUsedAt: Date;
  /** When it ends unless it is used before; each use moves this on, up to `endsAt`. */
  readonly expiresAt: Date;
  /** When it ends however much it is used. */
  readonly endsAt: Date;
}

/** A session in the list of its owner's. */
export interface ListedSession extends Session {
  /** Whether it is the one from which the list was asked for. */
  readonly current: boolean;
}

/** Field by field, so that nothing secret of a stored one comes along. */
export const publicPart = ({ id, subject, name, userAgent, address, createdAt, lastUsedAt, expiresAt, endsAt }: Session): Session =>
  ({ id, subject, name, userAgent, address, createdAt, lastUsedAt, expiresAt, endsAt });
