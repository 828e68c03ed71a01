import { inspect } from 'node:util';
import { decodeBase64 } from './base64.js';

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

/**
 * Makes a ring of keys; the first one is the current one. Text has the form `id:base64,id:base64`, as
 * `openssl rand -base64 32` makes the second part. Printed or as JSON, a ring and its keys are their ids alone.
 * @throws TypeError that names the place of the key that is wrong, and nothing of the key
 */
export function keyRing(keys: string | readonly SecretKey[]): KeyRing {
  const given = typeof keys === 'string' ? parse(keys) : keys;
  if (given.length === 0) throw new TypeError('A key ring needs at least one key.');
  return new Ring(given.map((key, index) => checked(key, index + 1)));
}

class Key implements SecretKey {
  readonly #bytes: Uint8Array;

  constructor(readonly id: string, bytes: Uint8Array) {
    this.#bytes = Uint8Array.from(bytes);
    Object.freeze(this);
  }

  get bytes(): Uint8Array { return this.#bytes; }
}

class Ring implements KeyRing {
  readonly #byId = new Map<string, SecretKey>();
  readonly all: readonly SecretKey[];

  constructor(keys: readonly SecretKey[]) {
    keys.forEach((key, index) => {
      if (this.#byId.has(key.id)) refuse(index + 1, `has the id of key ${keys.indexOf(this.#byId.get(key.id)!) + 1}`);
      this.#byId.set(key.id, key);
    });
    this.all = Object.freeze([...keys]);
    Object.freeze(this);
  }

  get current(): SecretKey { return this.all[0]!; }

  find(id: string): SecretKey | undefined { return this.#byId.get(id); }

  toJSON(): object { return { keys: this.all.map(({ id }) => id) }; }

  [inspect.custom](): string { return `KeyRing(${this.all.map(({ id }) => id).join(', ')})`; }
}

const name = /^[A-Za-z0-9_-]{1,32}$/;

function checked({ id, bytes }: SecretKey, place: number): SecretKey {
  // Not even the id is shown: what was taken for one may be the secret.
  if (typeof id !== 'string' || !name.test(id)) refuse(place, 'needs an id of 1 to 32 letters, digits, "-" and "_"');
  if (!(bytes instanceof Uint8Array)) refuse(place, 'needs its bytes as a Uint8Array');
  if (bytes.length < 32) refuse(place, `has ${bytes.length} bytes; it needs at least 32`);
  return new Key(id, bytes);
}

const parse = (text: string): SecretKey[] => text.split(',').map((part, index) => {
  const [id, encoded, ...more] = part.trim().split(':');
  if (encoded === undefined || more.length > 0) refuse(index + 1, 'does not have the form id:base64');
  return { id: id!, bytes: decodeBase64(encoded) ?? refuse(index + 1, 'is not base64 with its padding') };
});

function refuse(place: number, reason: string): never {
  throw new TypeError(`Key ${place} of the ring ${reason}.`);
}
