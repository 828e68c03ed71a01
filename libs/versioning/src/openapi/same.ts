import { isLocalReference, lookUp, type Place } from './place.js';

// These say nothing about which values are allowed.
const annotations = new Set(['title', 'description', '$comment', 'example', 'examples', 'deprecated', 'externalDocs']);

/** Tells whether two lists of schemas are written alike, through references and apart from annotations. */
export function sameMeaning(before: readonly Place[], after: readonly Place[]): boolean {
  return before.length === after.length && before.every((place, index) => same(place, place.value, after[index]!, after[index]!.value, new Set()));
}

function same(before: Place, was: unknown, after: Place, is: unknown, passed: ReadonlySet<string>): boolean {
  if (isLocalReference(was) && isLocalReference(is)) {
    const pair = `${was.$ref} ${is.$ref}`;
    if (passed.has(pair)) return true;
    const further = new Set(passed).add(pair);
    const [{ $ref: oldRef, ...wasBeside }, { $ref: newRef, ...isBeside }] = [was, is];
    return same(before, lookUp(before, oldRef).value, after, lookUp(after, newRef).value, further) && same(before, wasBeside, after, isBeside, further);
  }
  if (isLocalReference(was) && Object.keys(was).length === 1) return same(before, lookUp(before, was.$ref).value, after, is, passed);
  if (isLocalReference(is) && Object.keys(is).length === 1) return same(before, was, after, lookUp(after, is.$ref).value, passed);
  if (typeof was !== 'object' || typeof is !== 'object' || was === null || is === null) return was === is;
  if (Array.isArray(was) !== Array.isArray(is)) return false;
  const [left, right] = [was as Record<string, unknown>, is as Record<string, unknown>];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)].filter((key) => !annotations.has(key) || isSchema(left[key]) || isSchema(right[key])));
  return [...keys].every((key) => Object.hasOwn(left, key) && Object.hasOwn(right, key) && same(before, left[key], after, right[key], passed));
}

// Under `properties`, even `title` is a property.
const isSchema = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
