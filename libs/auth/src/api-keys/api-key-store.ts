/** A key as it is kept: the key itself is not in it. */
export interface StoredApiKey {
  /** 22 letters and digits; upper and lower case are not the same. */
  readonly id: string;
  /** Id of the user or service that the key acts for. */
  readonly owner: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** SHA-256 of the whole key, in base64url. */
  readonly hash: string;
  /** The key that the last rotation replaced, for as long as it is good beside the new one. */
  readonly replaced: { readonly hash: string; readonly until: Date } | undefined;
  readonly createdAt: Date;
  readonly rotatedAt: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
}

/** What a rotation changes. */
export interface ApiKeyRotation extends Pick<StoredApiKey, 'id' | 'hash' | 'replaced' | 'expiresAt'> {
  readonly rotatedAt: Date;
  /** The hash that is to be replaced. */
  readonly from: string;
}

/** Where API keys are kept. Times have milliseconds. */
export interface ApiKeyStore {
  find(id: string): Promise<StoredApiKey | undefined>;
  /** Returns all keys of an owner, those that have expired too, the oldest first. */
  list(owner: string): Promise<readonly StoredApiKey[]>;
  /**
   * Removes the owner's keys that have expired when the new one is made, and adds that one. Returns `false` and adds nothing if the
   * owner has `limit` keys then, also when several are added at once.
   */
  insert(key: StoredApiKey, limit: number): Promise<boolean>;
  /** Changes a key if it still has the hash `from`. Of several at once one takes effect. */
  rotate(rotation: ApiKeyRotation): Promise<boolean>;
  /** Returns whether the owner had such a key. */
  remove(owner: string, id: string): Promise<boolean>;
  /** Removes all keys of an owner and returns their ids. */
  removeAll(owner: string): Promise<readonly string[]>;
  /** Notes when a key was used; never an earlier time than the one that is noted. */
  touch(id: string, at: Date): Promise<void>;
  /** Runs `body` so that all it changes is kept, or nothing: in a unit of work, where there are any. */
  join<R>(body: () => Promise<R>): Promise<R>;
}
