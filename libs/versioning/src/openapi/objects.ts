import type { Scope } from './report.js';
import { alternativesOf, orAnything, type Shape } from './shape.js';

/** Compares the properties of two objects, and what they say about others. */
export function compareObjects(before: Shape, after: Shape, scope: Scope): void {
  const names = new Set([...before.properties.keys(), ...before.required, ...after.properties.keys(), ...after.required]);
  for (const name of names) compareProperty(name, before, after, scope);

  const [wasClosed, isClosed] = [isClosedTo(before), isClosedTo(after)];
  if (!wasClosed && isClosed) scope.add('additional-properties-forbidden', after.place, 'Properties that are not declared are no longer possible.');
  else if (wasClosed && !isClosed) scope.add('additional-properties-allowed', after.place, 'Properties that are not declared have become possible.');
  else if (!wasClosed && (before.additional.length > 0 || after.additional.length > 0)) {
    scope.compare(orAnything(before.additional, before), orAnything(after.additional, after));
  }
}

const isClosedTo = ({ additional }: Shape): boolean => additional.some(({ value }) => value === false);

function compareProperty(name: string, before: Shape, after: Shape, scope: Scope): void {
  const { direction } = scope;
  const [was, is] = [before.properties.get(name), after.properties.get(name)];
  // What never travels in this direction is no part of its contract.
  const [wasHidden, isHidden] = [was, is].map((places) => {
    if (!places) return false;
    const shapes = alternativesOf(places);
    return shapes.some(({ readOnly, writeOnly }) => (direction === 'request' ? readOnly : writeOnly));
  });
  const declared = (shape: Shape): boolean => shape.properties.has(name) || shape.required.has(name);
  const [wasThere, isThere] = [declared(before) && !wasHidden, declared(after) && !isHidden];
  const [wasRequired, isRequired] = [before.required.has(name), after.required.has(name)];

  if (wasThere && !isThere) {
    const place = was?.[0] ?? before.place;
    if (direction === 'request' && isClosedTo(after)) scope.add('property-no-longer-accepted', place, `The property ${name} is refused now.`);
    else scope.add(wasRequired ? 'property-removed' : 'optional-property-removed', place, `The property ${name} was removed.`);
  } else if (!wasThere && isThere) {
    scope.add(isRequired ? 'property-added-required' : 'property-added', is?.[0] ?? after.place, `The ${isRequired ? 'required' : 'optional'} property ${name} was added.`);
  } else if (wasThere && isThere) {
    const place = is?.[0] ?? after.place;
    if (!wasRequired && isRequired) scope.add('property-became-required', place, `The property ${name} has become required.`);
    if (wasRequired && !isRequired) scope.add('property-became-optional', place, `The property ${name} has become optional.`);
    if (was && is && isDeprecated(is) && !isDeprecated(was)) scope.add('property-deprecated', place, `The property ${name} is deprecated now.`);
    scope.compare(orAnything(was ?? [], before), orAnything(is ?? [], after));
  }
}

const isDeprecated = (places: Parameters<typeof alternativesOf>[0]): boolean => alternativesOf(places).some(({ deprecated }) => deprecated);
