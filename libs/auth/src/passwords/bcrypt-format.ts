/** A stored bcrypt hash in its parts. */
export interface BcryptHash {
  /** Whether the password was hashed with HMAC-SHA-256 first. */
  readonly prehashed: boolean;
  readonly cost: number;
  /** Version, cost and salt as bcrypt takes them: `$2b$12$` and 22 characters. */
  readonly salt: string;
  /** 31 characters. */
  readonly digest: string;
}

const salt = '[./A-Za-z0-9]{22}';
// The last character stands for four bits, so no digest ends with another one.
const digest = '[./A-Za-z0-9]{30}[.CGKOSWaeimquy26]';
const plain = new RegExp(`^(\\$2[aby]\\$(\\d\\d)\\$${salt})(${digest})$`);
const prehashed = new RegExp(`^\\$bcrypt-sha256\\$v=2,t=2b,r=(\\d{1,2})\\$(${salt})\\$(${digest})$`);

/**
 * Reads the modular crypt format of bcrypt (`$2a$`, `$2b$`, `$2y$`) and that of passlib's bcrypt_sha256, version 2.
 * Not `$2x$` and `$2$`, whose makers had faults.
 */
export function parseBcrypt(hash: string): BcryptHash | undefined {
  const [, start, cost, rest] = plain.exec(hash) ?? [];
  if (start) return known({ prehashed: false, cost: Number(cost), salt: start, digest: rest! });
  const [, rounds, text, end] = prehashed.exec(hash) ?? [];
  if (rounds) return known({ prehashed: true, cost: Number(rounds), salt: `$2b$${rounds.padStart(2, '0')}$${text}`, digest: end! });
  return undefined;
}

/** Writes what {@link parseBcrypt} reads. */
export const formatBcrypt = ({ prehashed, cost, salt, digest }: BcryptHash): string =>
  (prehashed ? `$bcrypt-sha256$v=2,t=2b,r=${cost}$${saltText(salt)}$${digest}` : salt + digest);

/** The salt without version and cost: 22 characters. */
export const saltText = (salt: string): string => salt.slice(-22);

const known = (hash: BcryptHash): BcryptHash | undefined => (hash.cost >= 4 && hash.cost <= 31 ? hash : undefined);
