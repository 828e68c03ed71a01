import { compareContent, compareOptionalSchemas, contentOf } from './content.js';
import { at, child, entriesOf, type Place } from './place.js';
import type { Scope } from './report.js';

/** Compares the responses of an operation, status by status. */
export function compareResponses(before: Place, after: Place, scope: Scope): void {
  const [older, newer] = [before, after].map((operation) => new Map(entriesOf(at(operation, 'responses')).map(([status, place]) => [status.toUpperCase(), place])));
  const { report } = scope;
  for (const [status, was] of older!) {
    // A status may have been taken up by its range, or by what is said of all others.
    const is = newer!.get(status) ?? newer!.get(rangeOf(status)) ?? newer!.get('DEFAULT');
    if (is) compareResponse(was, is, scope);
    else report.add(isError(status) ? 'error-response-removed' : 'response-removed', was, `The response ${status} was removed.`, scope);
  }
  for (const [status, is] of newer!) {
    if (older!.has(status) || older!.has(rangeOf(status)) || older!.has('DEFAULT')) continue;
    report.add(isError(status) ? 'error-response-added' : 'response-added', is, `The response ${status} was added.`, scope);
  }
}

const rangeOf = (status: string): string => `${status[0]}XX`;
const isError = (status: string): boolean => !/^[123]/.test(status);

function compareResponse(was: Place, is: Place, scope: Scope): void {
  const { report } = scope;
  const [before, after] = [contentOf(was), contentOf(is)].map((content) => (entriesOf(content).length > 0 ? content : undefined));
  if (before && !after) report.add('response-body-removed', before, 'The response has no body any more.', scope);
  else if (!before && after) report.add('response-body-added', after, 'The response has a body now.', scope);
  else compareContent(before, after, scope);
  compareHeaders(was, is, scope);
}

function compareHeaders(was: Place, is: Place, scope: Scope): void {
  const { report } = scope;
  const [older, newer] = [was, is].map((response) => new Map(entriesOf(at(response, 'headers')).map(([name, place]) => [name.toLowerCase(), { name, place, required: place.value?.required === true }])));
  for (const [key, { name, place, required }] of older!) {
    const now = newer!.get(key);
    if (!now) {
      report.add(required ? 'response-header-removed' : 'optional-response-header-removed', place, `The response header ${name} was removed.`, scope);
      continue;
    }
    if (required && !now.required) report.add('response-header-became-optional', now.place, `The response header ${name} is no longer always there.`, scope);
    if (!required && now.required) report.add('response-header-became-required', now.place, `The response header ${name} is always there now.`, scope);
    compareOptionalSchemas(child(place, 'schema'), child(now.place, 'schema'), now.place, scope);
    compareContent(contentOf(place), contentOf(now.place), scope);
  }
  for (const [key, { name, place }] of newer!) {
    if (!older!.has(key)) report.add('response-header-added', place, `The response header ${name} was added.`, scope);
  }
}
