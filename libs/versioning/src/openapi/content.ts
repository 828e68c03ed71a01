import { at, child, entriesOf, type Place } from './place.js';
import type { Scope } from './report.js';

/** Compares one schema each, where either may be missing. */
export function compareOptionalSchemas(before: Place | undefined, after: Place | undefined, beside: Place, scope: Scope): void {
  if (!before && !after) return;
  const anything: Place = { ...beside, value: true };
  scope.compare([before ?? anything], [after ?? anything]);
}

/** Compares the media types of a body. */
export function compareContent(before: Place | undefined, after: Place | undefined, scope: Scope): void {
  const [older, newer] = [mediaTypes(before), mediaTypes(after)];
  for (const [type, place] of older) {
    const now = newer.get(type);
    if (now) compareOptionalSchemas(child(place, 'schema'), child(now, 'schema'), now, scope);
    else scope.add('media-type-removed', place, `The media type ${type} was removed.`);
  }
  for (const [type, place] of newer) {
    if (!older.has(type)) scope.add('media-type-added', place, `The media type ${type} was added.`);
  }
}

function mediaTypes(content: Place | undefined): Map<string, Place> {
  return new Map(entriesOf(content).map(([type, place]) => [type.toLowerCase().replace(/\s*;\s*/g, ';'), place]));
}

export const contentOf = (place: Place | undefined): Place | undefined => at(place, 'content');
