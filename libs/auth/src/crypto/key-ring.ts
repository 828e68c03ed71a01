/** Secret bytes with a name that may be seen. */
export interface SecretKey {
  /** 1 to 32 letters, digits, `-` and `_`. */
  readonly id: string;
  /** At least 32 bytes. */
  readonly bytes: Uint8Array;
}

/** Keys of one purpose: the current one makes, all of them read, so that keys can be rotated. */
export interface KeyRing {
  readonly current: SecretKey;
  readonly all: readonly SecretKey[];
  find(id: string): SecretKey | undefined;
}
