import { compareOperation, type Operation, type OperationSettings } from './operation.js';
import { at, entriesOf, rootOf, type Place } from './place.js';
import { Report, type ApiChange, type SeverityOverrides } from './report.js';
import { SchemaComparison } from './schema.js';

export interface CompareOpenApiOptions {
  /** Other severities, by rule; `off` leaves a rule out. @default those of {@link rules} */
  readonly severities?: SeverityOverrides;
}

/**
 * Compares two OpenAPI documents (3.0 to 3.2, parsed) and lists what changed for callers, the worst first.
 *
 * Requests may be widened and responses narrowed; the other way round breaks clients. What cannot be judged, such as a changed `not` or
 * `if`, counts as breaking. References into other files are compared by their text; `servers` and `callbacks` are not compared.
 * @throws TypeError for a value that is no OpenAPI 3 document, or a reference in it that leads nowhere
 */
export function compareOpenApi(before: unknown, after: unknown, { severities }: CompareOpenApiOptions = {}): readonly ApiChange[] {
  const report = new Report(severities);
  const [older, newer] = [documentOf('old', before), documentOf('new', after)];
  const schemas = { request: new SchemaComparison('request'), response: new SchemaComparison('response') };
  compareSets(operationsOf(older, 'paths'), operationsOf(newer, 'paths'), { report, schemas, webhook: false });
  compareSets(operationsOf(older, 'webhooks'), operationsOf(newer, 'webhooks'), { report, schemas, webhook: true });
  return report.changes();
}

function documentOf(name: Place['document'], value: unknown): Place {
  const version: unknown = (value as { openapi?: unknown } | null | undefined)?.openapi;
  if (typeof version !== 'string' || !/^3\.[0-2](?:\.|$)/.test(version)) throw new TypeError(`The ${name} document is not OpenAPI 3.0, 3.1 or 3.2.`);
  return rootOf(name, value);
}

function compareSets(before: ReadonlyMap<string, Operation>, after: ReadonlyMap<string, Operation>, settings: OperationSettings): void {
  const { report, webhook } = settings;
  const kind = webhook ? 'webhook' : 'operation';
  for (const [key, was] of before) {
    const is = after.get(key);
    if (is) compareOperation(was, is, settings);
    else report.add({ rule: `${kind}-removed`, place: was.operation, direction: 'request', message: `${was.name} was removed.` }, was.name);
  }
  for (const [key, is] of after) {
    if (!before.has(key)) report.add({ rule: `${kind}-added`, place: is.operation, direction: 'request', message: `${is.name} was added.` }, is.name);
  }
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];

/** Returns operations by method and path; the names of path parameters are never sent, so they do not count. */
function operationsOf(document: Place, section: 'paths' | 'webhooks'): Map<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const [template, path] of entriesOf(at(document, section))) {
    for (const method of methods) {
      const operation = at(path, method);
      if (!operation) continue;
      const key = section === 'paths' ? template.replace(/\{[^}]*\}/g, '{}') : template;
      operations.set(`${method} ${key}`, { name: `${method.toUpperCase()} ${template}`, template, path, operation });
    }
  }
  return operations;
}
