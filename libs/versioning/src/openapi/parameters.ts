import { compareContent, compareOptionalSchemas, contentOf } from './content.js';
import { at, child, entriesOf, type Place } from './place.js';
import type { Scope } from './report.js';

interface Parameter {
  readonly place: Place;
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
}

/** Compares the parameters of an operation with those that its path shares among all operations. */
export function compareParameters(before: { path: Place; operation: Place }, after: { path: Place; operation: Place }, names: readonly [string, string], scope: Scope): void {
  const older = parametersOf(before, names[0]);
  const newer = parametersOf(after, names[1]);

  for (const [key, was] of older) {
    const is = newer.get(key);
    if (is) {
      compareParameter(was, is, scope);
      continue;
    }
    const moved = [...newer].find(([other, candidate]) => !older.has(other) && candidate.name.toLowerCase() === was.name.toLowerCase())?.[1];
    if (moved) scope.add('parameter-location-changed', moved.place, `The parameter ${was.name} moved from ${was.in} to ${moved.in}.`);
    else scope.add('parameter-removed', was.place, `The ${was.in} parameter ${was.name} was removed.`);
  }
  for (const [key, is] of newer) {
    if (older.has(key)) continue;
    if ([...older].some(([other, was]) => !newer.has(other) && was.name.toLowerCase() === is.name.toLowerCase())) continue;
    const rule = is.required ? 'parameter-added-required' : 'parameter-added';
    scope.add(rule, is.place, `The ${is.required ? 'required' : 'optional'} ${is.in} parameter ${is.name} was added.`);
  }
}

function compareParameter(was: Parameter, is: Parameter, scope: Scope): void {
  if (!was.required && is.required) scope.add('parameter-became-required', is.place, `The ${is.in} parameter ${is.name} has become required.`);
  if (was.required && !is.required) scope.add('parameter-became-optional', is.place, `The ${is.in} parameter ${is.name} has become optional.`);
  const [oldStyle, newStyle] = [serialization(was), serialization(is)];
  if (oldStyle !== newStyle) scope.add('parameter-serialization-changed', is.place, `The ${is.in} parameter ${is.name} is written as ${newStyle} now, no longer as ${oldStyle}.`);
  compareOptionalSchemas(child(was.place, 'schema'), child(is.place, 'schema'), is.place, scope);
  compareContent(contentOf(was.place), contentOf(is.place), scope);
}

function serialization({ place: { value }, in: location }: Parameter): string {
  const { style = location === 'query' || location === 'cookie' ? 'form' : 'simple', explode = style === 'form', content } = value as Record<string, unknown>;
  return content ? 'a media type' : `${String(style)}${explode === true ? ' exploded' : ''}`;
}

/** A parameter of the operation replaces one of its path. Path parameters are told apart by position: their names are never sent. */
function parametersOf({ path, operation }: { path: Place; operation: Place }, template: string): Map<string, Parameter> {
  const positions = [...template.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name);
  const parameters = new Map<string, Parameter>();
  for (const [, place] of [...entriesOf(at(path, 'parameters')), ...entriesOf(at(operation, 'parameters'))]) {
    const { name, in: location, required } = place.value as { name: string; in: string; required?: boolean };
    const identity = location === 'path' ? positions.indexOf(name) : location === 'header' ? name.toLowerCase() : name;
    parameters.set(`${location} ${identity}`, { place, name, in: location, required: required === true });
  }
  return parameters;
}
