import type { Finding } from './report.js';
import { severityOf } from './rules.js';
import type { TryingScope } from './schema.js';
import { compareShapes } from './shapes.js';
import type { Shape } from './shape.js';

/** Finds out which alternative became which, and compares those; the rest was removed or added. */
export function compareAlternatives(before: readonly Shape[], after: readonly Shape[], scope: TryingScope): void {
  if (before.length === 1 && after.length === 1) {
    compareShapes(before[0]!, after[0]!, scope);
    return;
  }
  // One alternative a type, so that `type: [string, number]` meets `anyOf` of the two.
  const older = new Set(before.flatMap(byType));
  const newer = new Set(after.flatMap(byType));
  for (const matches of matchers(scope)) {
    for (const shape of older) {
      const [match, ...others] = [...newer].filter((candidate) => matches(shape, candidate));
      if (!match || (matches === sameTypes && others.length > 0)) continue;
      older.delete(shape);
      newer.delete(match);
      compareShapes(shape, match, scope);
    }
  }
  for (const { place } of older) scope.add('alternative-removed', place, 'An alternative was removed.');
  for (const { place } of newer) scope.add('alternative-added', place, 'An alternative was added.');
}

type Matcher = (before: Shape, after: Shape) => boolean;

/** The surest first: the same component, the same tag, no difference, no difference that breaks anything, the only two of a type. */
function matchers(scope: TryingScope): readonly Matcher[] {
  const differences = (before: Shape, after: Shape): readonly Finding[] => scope.attempt((trial) => compareShapes(before, after, trial));
  return [
    (before, after) => before.place.pointer === after.place.pointer && /^#\/(?:components\/schemas|\$defs)\/[^/]+$/.test(before.place.pointer),
    (before, after) => tagOf(before) !== '' && tagOf(before) === tagOf(after),
    (before, after) => differences(before, after).length === 0,
    (before, after) => differences(before, after).every(({ rule, direction }) => severityOf(rule, direction) !== 'breaking'),
    sameTypes,
  ];
}

const sameTypes: Matcher = (before, after) => typeText(before) === typeText(after);
const typeText = ({ types }: Shape): string => [...(types ?? ['any'])].sort().join();

/** The constant properties by which alternatives are told apart: `{ kind: 'card' }`. */
function tagOf({ properties, required }: Shape): string {
  return [...properties]
    .flatMap(([name, [place]]) => {
      const schema = place?.value as { const?: unknown; enum?: unknown[] } | undefined;
      const value = schema?.const ?? (schema?.enum?.length === 1 ? schema.enum[0] : undefined);
      return required.has(name) && value !== undefined ? [`${name}=${JSON.stringify(value)}`] : [];
    })
    .sort()
    .join();
}

function byType(shape: Shape): Shape[] {
  const { types } = shape;
  return types && types.size > 1 ? [...types].map((type) => ({ ...shape, types: new Set([type]) })) : [shape];
}
