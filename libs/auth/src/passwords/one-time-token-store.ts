/** A token as it is kept: never itself. Times are in milliseconds since the Unix epoch. */
export interface NewOneTimeToken {
  readonly purpose: string;
  readonly subject: string;
  /** SHA-256 of purpose and token. */
  readonly digest: string;
  /** JSON, or `undefined` for none. */
  readonly payload: unknown;
  readonly expiresAt: number;
}

/** How many tokens one subject gets for one purpose. */
export interface IssueLimit {
  readonly now: number;
  readonly count: number;
  /** Until when the first one of a window counts. */
  readonly windowEndsAt: number;
}

/** What a token is good for. */
export interface KeptOneTimeToken {
  readonly subject: string;
  readonly payload: unknown;
}

/** Where single-use tokens are kept. There is one for each purpose and subject. */
export interface OneTimeTokenStore {
  /**
   * Keeps a token in place of the subject's last one. If as many were kept within the window as may be, it keeps what there is
   * and returns `false`.
   */
  issue(token: NewOneTimeToken, limit: IssueLimit): Promise<boolean>;
  /** Removes a token that has not expired and returns what it is good for. Atomic: of any number at once, one gets it. */
  consume(purpose: string, digest: string, now: number): Promise<KeptOneTimeToken | undefined>;
  /** Returns what a token that has not expired is good for, and leaves it. */
  find(purpose: string, digest: string, now: number): Promise<KeptOneTimeToken | undefined>;
  /** Removes the subject's token. What was issued still counts. */
  revoke(purpose: string, subject: string): Promise<void>;
}
