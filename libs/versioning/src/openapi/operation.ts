import { compareContent, contentOf } from './content.js';
import { compareParameters } from './parameters.js';
import { at, type Place } from './place.js';
import type { Report, Scope } from './report.js';
import { compareResponses } from './responses.js';
import type { Direction } from './rules.js';
import { compareSchemas } from './schema.js';
import { compareSecurity } from './security.js';

/** An operation with the path item that it stands in. */
export interface Operation {
  readonly name: string;
  /** The path as it is written, with the names of its parameters. */
  readonly template: string;
  readonly path: Place;
  readonly operation: Place;
}

/** Compares one operation. A webhook's requests are sent by us and its responses received, so there the directions change places. */
export function compareOperation(before: Operation, after: Operation, report: Report, webhook: boolean): void {
  const scope = (direction: Direction): Scope => ({ report, operation: after.name, direction, seen: new Set(), compare: compareSchemas });
  const sent = scope(webhook ? 'response' : 'request');
  const received = scope(webhook ? 'request' : 'response');
  const [was, is] = [before.operation, after.operation];

  if (was.value.deprecated !== true && is.value.deprecated === true) report.add('operation-deprecated', is, 'The operation is deprecated now.', sent);
  if (was.value.operationId !== undefined && was.value.operationId !== is.value.operationId) {
    report.add('operation-id-changed', is, `The operationId changed from ${String(was.value.operationId)} to ${String(is.value.operationId ?? 'none')}; generated clients call it by that name.`, sent);
  }
  compareSecurity(was, is, sent);
  compareParameters(before, after, [before.template, after.template], sent);
  compareRequestBody(at(was, 'requestBody'), at(is, 'requestBody'), sent);
  compareResponses(was, is, received);
}

function compareRequestBody(was: Place | undefined, is: Place | undefined, scope: Scope): void {
  const { report } = scope;
  if (was && is) {
    if (was.value.required !== true && is.value.required === true) report.add('request-body-became-required', is, 'The request body has become required.', scope);
    if (was.value.required === true && is.value.required !== true) report.add('request-body-became-optional', is, 'The request body has become optional.', scope);
    compareContent(contentOf(was), contentOf(is), scope);
  } else if (was) {
    report.add('request-body-removed', was, 'The request body was removed.', scope);
  } else if (is) {
    const required = is.value.required === true;
    report.add(required ? 'request-body-added-required' : 'request-body-added', is, `${required ? 'A required' : 'An optional'} request body was added.`, scope);
  }
}
