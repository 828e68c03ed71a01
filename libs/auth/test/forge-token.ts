import { createHmac, sign, type KeyObject } from 'node:crypto';

/** Puts tokens together by hand, also such as no library would make. */
export interface Forgery {
  readonly header: object | string;
  readonly payload: object | string;
  /** Signs the first two parts. @default no signature */
  readonly sign?: (input: string) => Buffer;
}

export const encode = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export function forge({ header, payload, sign: signature = () => Buffer.alloc(0) }: Forgery): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signature(input).toString('base64url')}`;
}

export const byHmac = (secret: string | Uint8Array, hash = 'sha256') => (input: string): Buffer => createHmac(hash, secret).update(input).digest();
export const byEcdsa = (key: KeyObject, hash = 'sha256') => (input: string): Buffer => sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
export const byRsa = (key: KeyObject, hash = 'sha256') => (input: string): Buffer => sign(hash, Buffer.from(input), key);
export const byEd25519 = (key: KeyObject) => (input: string): Buffer => sign(null, Buffer.from(input), key);
