import { compareAlternatives } from './alternatives.js';
import { resolve, type Place } from './place.js';
import type { Scope } from './report.js';
import { alternativesOf, type Shape } from './shape.js';

const ids = new WeakMap<object, number>();
let lastId = 0;

/**
 * Compares what two sets of schemas allow; all of a set must hold.
 * Pairs that are being compared already, or were in this operation and direction, are passed over: that ends recursive schemas.
 */
export function compareSchemas(before: readonly Place[], after: readonly Place[], scope: Scope): void {
  const pair = `${before.map(identify).join(',')}|${after.map(identify).join(',')}`;
  if (scope.seen.has(pair)) return;
  scope.seen.add(pair);

  const older = alternativesOf(before);
  const newer = alternativesOf(after);
  const [place] = after.map((written) => resolve(written)!);
  // Where either side allows anything at all, the type says it.
  if (!older.some(isAnything) && !newer.some(isAnything)) {
    const [was, is] = [older, newer].map((shapes) => shapes.some(({ nullable }) => nullable));
    if (was && !is) scope.report.add('null-forbidden', place!, 'null is no longer possible.', scope);
    if (!was && is) scope.report.add('null-allowed', place!, 'null has become possible.', scope);
  }
  compareAlternatives(older.filter((shape) => !isNullOnly(shape)), newer.filter((shape) => !isNullOnly(shape)), scope);
}

const isAnything = ({ types, values, opaque }: Shape): boolean => types === undefined && values === undefined && opaque.size === 0;
const isNullOnly = ({ nullable, types, values }: Shape): boolean => nullable && (types?.size === 0 || values?.size === 0);

function identify(place: Place): string {
  const { value, pointer } = resolve(place)!;
  if (typeof value !== 'object' || value === null) return `${pointer}=${String(value)}`;
  const known = ids.get(value as object) ?? ++lastId;
  ids.set(value as object, known);
  return String(known);
}
