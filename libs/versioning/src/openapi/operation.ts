import { compareContent, contentOf } from './content.js';
import { compareParameters } from './parameters.js';
import { at, type Place } from './place.js';
import type { Report, Scope } from './report.js';
import { compareResponses } from './responses.js';
import type { Direction } from './rules.js';
import type { SchemaComparison } from './schema.js';
import { compareSecurity } from './security.js';

/** An operation with the path item that it stands in. */
export interface Operation {
  readonly name: string;
  /** The path as it is written, with the names of its parameters. */
  readonly template: string;
  readonly path: Place;
  readonly operation: Place;
}

export interface OperationSettings {
  readonly report: Report;
  readonly schemas: { readonly [D in Direction]: SchemaComparison };
  /** A webhook's requests are sent by us and its responses received, so the directions change places. */
  readonly webhook: boolean;
}

export function compareOperation(before: Operation, after: Operation, { report, schemas, webhook }: OperationSettings): void {
  const scopeOf = (direction: Direction): Scope => ({
    direction,
    add: (rule, place, message) => report.add({ rule, place, direction, message }, after.name),
    compare: (old, now) => { for (const finding of schemas[direction].compare(old, now)) report.add(finding, after.name); },
  });
  const sent = scopeOf(webhook ? 'response' : 'request');
  const [was, is] = [before.operation, after.operation];

  if (was.value.deprecated !== true && is.value.deprecated === true) sent.add('operation-deprecated', is, 'The operation is deprecated now.');
  if (was.value.operationId !== undefined && was.value.operationId !== is.value.operationId) {
    sent.add('operation-id-changed', is, `The operationId changed from ${String(was.value.operationId)} to ${String(is.value.operationId ?? 'none')}; generated clients call it by that name.`);
  }
  compareSecurity(was, is, sent);
  compareParameters(before, after, [before.template, after.template], sent);
  compareRequestBody(at(was, 'requestBody'), at(is, 'requestBody'), sent);
  compareResponses(was, is, scopeOf(webhook ? 'request' : 'response'));
}

function compareRequestBody(was: Place | undefined, is: Place | undefined, scope: Scope): void {
  if (was && is) {
    if (was.value.required !== true && is.value.required === true) scope.add('request-body-became-required', is, 'The request body has become required.');
    if (was.value.required === true && is.value.required !== true) scope.add('request-body-became-optional', is, 'The request body has become optional.');
    compareContent(contentOf(was), contentOf(is), scope);
  } else if (was) {
    scope.add('request-body-removed', was, 'The request body was removed.');
  } else if (is) {
    const required = is.value.required === true;
    scope.add(required ? 'request-body-added-required' : 'request-body-added', is, `${required ? 'A required' : 'An optional'} request body was added.`);
  }
}
