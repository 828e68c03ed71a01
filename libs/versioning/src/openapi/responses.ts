import { compareContent, compareOptionalSchemas, contentOf } from './content.js';
import { at, child, entriesOf, type Place } from './place.js';
import type { Scope } from './report.js';

/** Compares the responses of an operation, status by status. */
export function compareResponses(before: Place, after: Place, scope: Scope): void {
  const [older, newer] = [before, after].map((operation) => new Map(entriesOf(at(operation, 'responses')).map(([status, place]) => [status.toUpperCase(), place])));
  for (const [status, was] of older!) {
    // A status may have been taken up by its range, or by what is said of all others.
    const is = newer!.get(status) ?? newer!.get(rangeOf(status)) ?? newer!.get('DEFAULT');
    if (is) compareResponse(was, is, scope);
    else scope.add(isError(status) ? 'error-response-removed' : 'response-removed', was, `The response ${status} was removed.`);
  }
  for (const [status, is] of newer!) {
    if (older!.has(status) || older!.has(rangeOf(status)) || older!.has('DEFAULT')) continue;
    scope.add(isError(status) ? 'error-response-added' : 'response-added', is, `The response ${status} was added.`);
  }
}

const rangeOf = (status: string): string => `${status[0]}XX`;
const isError = (status: string): boolean => !/^[123]/.test(status);

function compareResponse(was: Place, is: Place, scope: Scope): void {
  const [before, after] = [contentOf(was), contentOf(is)].map((content) => (entriesOf(content).length > 0 ? content : undefined));
  if (before && !after) scope.add('response-body-removed', before, 'The response has no body any more.');
  else if (!before && after) scope.add('response-body-added', after, 'The response has a body now.');
  else compareContent(before, after, scope);
  compareHeaders(was, is, scope);
}

function compareHeaders(was: Place, is: Place, scope: Scope): void {
  const [older, newer] = [was, is].map((response) => new Map(entriesOf(at(response, 'headers')).map(([name, place]) => [name.toLowerCase(), { name, place, required: place.value?.required === true }])));
  for (const [key, { name, place, required }] of older!) {
    const now = newer!.get(key);
    if (!now) {
      scope.add(required ? 'response-header-removed' : 'optional-response-header-removed', place, `The response header ${name} was removed.`);
      continue;
    }
    if (required && !now.required) scope.add('response-header-became-optional', now.place, `The response header ${name} is no longer always there.`);
    if (!required && now.required) scope.add('response-header-became-required', now.place, `The response header ${name} is always there now.`);
    compareOptionalSchemas(child(place, 'schema'), child(now.place, 'schema'), now.place, scope);
    compareContent(contentOf(place), contentOf(now.place), scope);
  }
  for (const [key, { name, place }] of newer!) {
    if (!older!.has(key)) scope.add('response-header-added', place, `The response header ${name} was added.`);
  }
}
