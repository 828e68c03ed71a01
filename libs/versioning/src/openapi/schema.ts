import { compareAlternatives } from './alternatives.js';
import { resolve, type Place } from './place.js';
import type { Finding, Scope } from './report.js';
import type { Direction } from './rules.js';
import { alternativesOf, type Shape } from './shape.js';

/** A pair of schemas: what differs between them, and the pairs below. */
interface Pair {
  readonly before: readonly Place[];
  readonly after: readonly Place[];
  readonly findings: Finding[];
  readonly below: Set<Pair>;
  compared: boolean;
}

/**
 * Compares schemas of one direction. Each pair is compared once, however many operations reach it, and a pair that is
 * being compared already counts as alike: that ends recursive schemas.
 */
export class SchemaComparison {
  readonly #pairs = new Map<string, Pair>();
  readonly #ids = new WeakMap<object, number>();
  readonly #direction: Direction;
  #lastId = 0;

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  /** Returns what differs between two lists of schemas and everything below them; all of a list must hold. */
  compare(before: readonly Place[], after: readonly Place[]): readonly Finding[] {
    return this.#findingsFrom(this.#pair(before, after));
  }

  #pair(before: readonly Place[], after: readonly Place[]): Pair {
    const key = [before, after].map((places) => places.map((place) => this.#identify(place)).join(',')).join('|');
    const known = this.#pairs.get(key);
    if (known) return known;
    const pair: Pair = { before, after, findings: [], below: new Set(), compared: false };
    this.#pairs.set(key, pair);
    return pair;
  }

  /** Walks by a list of its own: real documents nest deeper than a call stack. */
  #findingsFrom(start: Pair): readonly Finding[] {
    const reached = new Set([start]);
    for (const pair of reached) {
      if (!pair.compared) {
        pair.compared = true;
        comparePair(pair, this.#scopeOf(pair));
      }
      for (const next of pair.below) reached.add(next);
    }
    return [...reached].flatMap(({ findings }) => findings);
  }

  #scopeOf({ findings, below }: Pick<Pair, 'findings' | 'below'>): TryingScope {
    const direction = this.#direction;
    return {
      direction,
      add: (rule, place, message) => void findings.push({ rule, place, direction, message }),
      compare: (before, after) => void below.add(this.#pair(before, after)),
      attempt: (compare) => {
        const trial: Pair = { before: [], after: [], findings: [], below: new Set(), compared: true };
        compare(this.#scopeOf(trial));
        return this.#findingsFrom(trial);
      },
    };
  }

  #identify(place: Place): string {
    const { value, pointer } = resolve(place)!;
    if (typeof value !== 'object' || value === null) return `${pointer}=${String(value)}`;
    let id = this.#ids.get(value as object);
    if (id === undefined) this.#ids.set(value as object, (id = ++this.#lastId));
    return String(id);
  }
}

/** A scope in which a comparison can be tried without being told. */
export interface TryingScope extends Scope {
  attempt(compare: (scope: Scope) => void): readonly Finding[];
}

function comparePair({ before, after }: Pair, scope: TryingScope): void {
  const older = alternativesOf(before);
  const newer = alternativesOf(after);
  // Where either side allows anything at all, the type says it.
  if (!older.some(isAnything) && !newer.some(isAnything)) {
    const [was, is] = [older, newer].map((shapes) => shapes.some(({ nullable }) => nullable));
    const place = resolve(after[0])!;
    if (was && !is) scope.add('null-forbidden', place, 'null is no longer possible.');
    if (!was && is) scope.add('null-allowed', place, 'null has become possible.');
  }
  compareAlternatives(older.filter((shape) => !isNullOnly(shape)), newer.filter((shape) => !isNullOnly(shape)), scope);
}

const isAnything = ({ types, values, opaque }: Shape): boolean => types === undefined && values === undefined && opaque.size === 0;
const isNullOnly = ({ nullable, types, values }: Shape): boolean => nullable && (types?.size === 0 || values?.size === 0);
