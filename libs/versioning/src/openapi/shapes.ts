import { compareObjects } from './objects.js';
import { sameMeaning } from './same.js';
import type { Scope } from './report.js';
import { isTighter, lowerBounds, orAnything, upperBounds, type Bound, type Shape } from './shape.js';

/** Compares two shapes keyword by keyword. */
export function compareShapes(before: Shape, after: Shape, scope: Scope): void {
  for (const keyword of new Set([...before.opaque.keys(), ...after.opaque.keys()])) {
    if (!sameMeaning(before.opaque.get(keyword) ?? [], after.opaque.get(keyword) ?? [])) {
      scope.add('schema-not-comparable', after.place, `${keyword} changed; whether that is compatible cannot be told.`);
    }
  }
  if (!compareTypes(before, after, scope)) return;
  compareValues(before, after, scope);
  compareBounds(before, after, scope);
  compareAssertions(before, after, scope);
  if (before.default !== after.default) {
    scope.add('default-changed', after.place, `The default changed from ${before.default ?? 'none'} to ${after.default ?? 'none'}.`);
  }
  compareObjects(before, after, scope);
  if (before.items.length > 0 || after.items.length > 0) scope.compare(orAnything(before.items, before), orAnything(after.items, after));
}

/** Returns false when nothing else can be compared. */
function compareTypes({ types: before }: Shape, { types: after, place }: Shape, scope: Scope): boolean {
  const includes = (types: ReadonlySet<string> | undefined, type: string): boolean =>
    types === undefined || types.has(type) || (type === 'integer' && types.has('number'));
  const removed = before === undefined ? after !== undefined : [...before].some((type) => !includes(after, type));
  const added = after === undefined ? before !== undefined : [...after].some((type) => !includes(before, type));
  if (!removed && !added) return true;
  const rule = removed && added ? 'type-changed' : removed ? 'type-narrowed' : 'type-widened';
  scope.add(rule, place, `The type changed from ${typeNames(before)} to ${typeNames(after)}.`);
  return before !== undefined && after !== undefined && rule !== 'type-changed';
}

const typeNames = (types: ReadonlySet<string> | undefined): string => (types ? [...types].join(' or ') || 'nothing' : 'any');

function compareValues({ values: before, place: old }: Shape, { values: after, place }: Shape, scope: Scope): void {
  if (before && after) {
    const [removed, added] = [[...before].filter((value) => !after.has(value)), [...after].filter((value) => !before.has(value))];
    if (removed.length === before.size && added.length === after.size && before.size > 0) {
      scope.add('enum-replaced', place, `No allowed value is left of ${[...before].join(', ')}; they are ${[...after].join(', ')} now.`);
      return;
    }
    for (const value of removed) scope.add('enum-value-removed', old, `The value ${value} was removed.`);
    for (const value of added) scope.add('enum-value-added', place, `The value ${value} was added.`);
  } else if (after) {
    scope.add('enum-added', place, `Only ${[...after].join(', ')} are possible now; any value was.`);
  } else if (before) {
    scope.add('enum-removed', place, `Any value is possible now; only ${[...before].join(', ')} were.`);
  }
}

function compareBounds({ bounds: before }: Shape, { bounds: after, place }: Shape, scope: Scope): void {
  for (const [keywords, sign] of [[lowerBounds, 1], [upperBounds, -1]] as const) {
    for (const keyword of keywords) {
      const [was, is] = [before.get(keyword), after.get(keyword)];
      const tightened = is !== undefined && (was === undefined || isTighter(is, was, sign));
      const relaxed = was !== undefined && (is === undefined || isTighter(was, is, sign));
      if (!tightened && !relaxed) continue;
      scope.add(tightened ? 'limit-tightened' : 'limit-relaxed', place, `${keyword} changed from ${boundText(was)} to ${boundText(is)}.`);
    }
  }
}

const boundText = (bound: Bound | undefined): string => (bound ? `${bound.value}${bound.exclusive ? ' (exclusive)' : ''}` : 'none');

// Every value of the first is one of the second.
const narrowerFormats = new Set(['int32 int64', 'float double', 'email idn-email', 'hostname idn-hostname', 'uri uri-reference', 'uri iri']);

function compareAssertions({ assertions: before }: Shape, { assertions: after, place }: Shape, scope: Scope): void {
  for (const keyword of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [[...(before.get(keyword) ?? [])], [...(after.get(keyword) ?? [])]];
    const implies = (stronger: readonly string[], weaker: readonly string[]): boolean =>
      weaker.every((wanted) => stronger.some((given) => given === wanted || impliesValue(keyword, given, wanted)));
    const [tightened, relaxed] = [!implies(was, is), !implies(is, was)];
    if (!tightened && !relaxed) continue;
    const rule = tightened && relaxed ? 'limit-changed' : tightened ? 'limit-tightened' : 'limit-relaxed';
    scope.add(rule, place, `${keyword} changed from ${was.join(' and ') || 'none'} to ${is.join(' and ') || 'none'}.`);
  }
}

function impliesValue(keyword: string, given: string, wanted: string): boolean {
  if (keyword === 'format') return narrowerFormats.has(`${given} ${wanted}`);
  return keyword === 'multipleOf' && Number(given) % Number(wanted) === 0;
}
