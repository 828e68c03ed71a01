import { isSecret, type Secret } from './secret.js';

/** A value that is read-only through and through. */
export type Frozen<T> = T extends string | number | bigint | boolean // a branded one is an object to the compiler, too
  ? T
  : T extends Secret<unknown> | ((...args: never[]) => unknown) | Date | RegExp | URL | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | Uint8Array
  ? T
  : T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

/** Freezes plain objects and arrays at every depth; what has a class of its own is left to it. */
export function deepFreeze<T>(value: T): Frozen<T> {
  if (isPlain(value) && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value as Frozen<T>;
}

/** Compares settings by what they hold, secrets by what they conceal. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (isSecret(a) && isSecret(b)) return isSame(a.reveal(), b.reveal());
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof URL && b instanceof URL) return a.href === b.href;
  if (!isPlain(a) || !isPlain(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && isSame(value, right.get(key)));
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || prototype === Object.prototype;
}
