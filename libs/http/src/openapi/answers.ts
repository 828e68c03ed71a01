import type { AnySpec } from '../declarations.js';
import { STATUS_CODES } from '../node-http.js';
import type { Returns } from '../returns.js';
import type { Schema } from '../schema.js';
import { exampleOf } from './example.js';
import { answerHeaders } from './headers.js';
import type { DescribeOptions } from './operation.js';

/** Describes the successful answers of a route by status, and 304 where there is an ETag to compare. */
export function answersOf(spec: AnySpec, name: string, options: DescribeOptions): Record<string, object> {
  const all = [spec.returns, ...(spec.returns.alternatives ?? [])] as readonly Returns[];
  const answers = all.map((returns): [number, object] => {
    const suffix = all.length === 1 ? '' : String(returns.status);
    const content = contentOf(returns, `${name}Answer${suffix}`, options);
    return [returns.status, { description: describe(returns), headers: answerHeaders(returns, spec, options), ...(content && { content }) }];
  });
  if (spec.method === 'GET' && spec.returns.options.etag !== undefined) {
    answers.push([304, { description: 'Nothing has changed since the representation that If-None-Match names.', headers: answerHeaders(spec.returns, spec, options) }]);
  }
  return Object.fromEntries(answers);
}

const usual: Readonly<Record<number, string>> = { 200: 'Done.', 201: 'Made.', 202: 'Accepted; it will be done later.', 204: 'Done; there is nothing to say.' };

const describe = ({ status, options, format }: Returns): string =>
  options.description ?? (format === 'events' ? 'Events as they happen, until one side closes.' : usual[status] ?? `${STATUS_CODES[status] ?? status}.`);

function contentOf(returns: Returns, name: string, { components }: DescribeOptions): object | undefined {
  switch (returns.format) {
    case 'empty': return undefined;
    case 'bytes': return { [returns.type!]: { schema: { type: 'string', ...(!returns.type!.startsWith('text/') && { format: 'binary' }) } } };
    case 'events': {
      const { schema } = components.schema('answer', returns.event as Schema, name);
      return { 'text/event-stream': { schema: { type: 'string', description: 'Server-sent events; the `data` of each is JSON.', contentMediaType: 'text/event-stream', contentSchema: schema } } };
    }
    case 'json': {
      const { schema } = components.schema('answer', returns.schema, name);
      const example = 'example' in returns.options ? { value: returns.options.example } : exampleOf(schema, returns.schema, (ref) => components.resolve(ref));
      return { 'application/json': { schema: envelopeOf(schema), ...(example && { example: { code: 'OK', message: 'OK', data: example.value } }) } };
    }
  }
}

const envelopeOf = (data: object): object => ({
  type: 'object',
  properties: { code: { type: 'string', const: 'OK' }, message: { type: 'string' }, data },
  required: ['code', 'message', 'data'],
});
