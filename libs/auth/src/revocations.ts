/** Something that was believed and is no longer true. */
export interface Invalidation {
  /** Id of a session, an API key or a user. */
  readonly id: string;
  /** `revoked`: what it stands for proves nothing any more. `changed`: what is remembered of it has to be looked up again. */
  readonly kind: 'revoked' | 'changed';
  /** From when on it need not be remembered, in milliseconds since the Unix epoch: when the last token of it has expired. */
  readonly until: number;
}

/** Spreads what is no longer true: at once in this process, within a second in all others. */
export interface Revocations {
  /** Tells whether this session or key was revoked. Costs a look into a map. */
  isRevoked(id: string): boolean;
  /** Calls `listener` for every invalidation, from wherever; returns what ends that. */
  subscribe(listener: (invalidation: Invalidation) => void): () => void;
  /** Resolves when it holds here; inside a unit of work that is after the commit, and never if it rolls back. */
  publish(invalidations: readonly Invalidation[]): Promise<void>;
}
