import { at, rootOf, type Place } from './place.js';
import type { Scope } from './report.js';

type Requirement = ReadonlyMap<string, readonly string[]>;

/** Compares who may call an operation, and how the schemes that it uses work. */
export function compareSecurity(before: Place, after: Place, scope: Scope): void {
  const [was, is] = [alternativesOf(before), alternativesOf(after)];
  const place = at(after, 'security') ?? after;
  // Whoever satisfied one of the old alternatives must satisfy one of the new ones.
  const covers = (wanted: readonly Requirement[], given: readonly Requirement[]): boolean => given.every((had) => wanted.some((needs) => satisfies(had, needs)));
  if (!covers(is, was)) scope.add('security-tightened', place, `Authentication changed from ${text(was)} to ${text(is)}.`);
  else if (!covers(was, is)) scope.add('security-relaxed', place, `Authentication changed from ${text(was)} to ${text(is)}.`);

  for (const name of new Set(was.flatMap((requirement) => [...requirement.keys()]))) {
    const [oldScheme, newScheme] = [before, after].map((side) => at(rootOf(side.document, side.root), 'components', 'securitySchemes', name));
    if (oldScheme && newScheme && essence(oldScheme.value) !== essence(newScheme.value)) {
      scope.add('security-scheme-changed', newScheme, `The security scheme ${name} works differently.`);
    }
  }
}

/** Returns the alternatives, of which an operation's own list replaces the document's; without any, everyone may call. */
function alternativesOf(operation: Place): Requirement[] {
  const list = (at(operation, 'security') ?? at(rootOf(operation.document, operation.root), 'security'))?.value as Record<string, string[]>[] | undefined;
  return list && list.length > 0 ? list.map((requirement) => new Map(Object.entries(requirement))) : [new Map()];
}

function satisfies(had: Requirement, needs: Requirement): boolean {
  return [...needs].every(([scheme, scopes]) => had.has(scheme) && scopes.every((wanted) => had.get(scheme)!.includes(wanted)));
}

function text(alternatives: readonly Requirement[]): string {
  return alternatives
    .map((requirement) => [...requirement].map(([scheme, scopes]) => (scopes.length > 0 ? `${scheme} (${scopes.join(', ')})` : scheme)).join(' and ') || 'none')
    .join(' or ');
}

const essence = ({ type, name, in: location, scheme }: Record<string, unknown>): string =>
  JSON.stringify([type, typeof scheme === 'string' ? scheme.toLowerCase() : scheme, location, location === 'header' ? String(name).toLowerCase() : name]);
