import { Forbidden, Unauthenticated, type ErrorClass, type StandardSchemaV1 } from '@org/enterprise-kernel';
import { ApiVersionConflict } from '@org/enterprise-versioning';
import type { z } from 'zod';
import { acceptableTypes } from '../accept.js';
import { errorsOf, type AnySpec } from '../declarations.js';
import {
  InternalError, NotAcceptable, PayloadTooLarge, PreconditionFailed, PreconditionRequired, RateLimited, UnsupportedMediaType, ValidationFailed,
} from '../errors.js';
import { IdempotencyInProgress, IdempotencyKeyRequired, IdempotencyKeyReused } from '../idempotency/idempotency.errors.js';
import type { Schema } from '../schema.js';
import { statusOf } from '../status.js';
import { exampleOf } from './example.js';
import { errorHeaders } from './headers.js';
import type { JsonSchema } from './json-schema.js';
import type { DescribeOptions } from './operation.js';

/**
 * Describes what can go wrong, by status: the errors that a contract declares and those that the dispatcher adds. Answers
 * that many operations share are components. Everything else looks the same and is the `default`.
 */
export function failuresOf(spec: AnySpec, options: DescribeOptions): Record<string, object> {
  const implied = [...impliedBy(spec, options), ...options.errors.filter((error) => spec.access !== 'public' || error.kind !== 'unauthenticated')];
  const byStatus = new Map<number, Map<string, ErrorClass>>();
  for (const error of [...implied, ...errorsOf(spec)]) {
    const status = statusOf(error);
    byStatus.set(status, (byStatus.get(status) ?? new Map<string, ErrorClass>()).set(error.code, error));
  }
  const failures = [...byStatus].sort(([a], [b]) => a - b).map(([status, errors]): [string, object] => {
    const list = [...errors.values()];
    const make = (): object => failure(status, list, options);
    return [String(status), list.every((error) => implied.includes(error)) ? options.components.shared('responses', [...errors.keys()].join('-'), make) : make()];
  });
  return { ...Object.fromEntries(failures), default: options.components.shared('responses', 'AnyOtherError', () => anyOther(options)) };
}

function impliedBy(spec: AnySpec, { versions }: DescribeOptions): readonly ErrorClass[] {
  return [
    ValidationFailed,
    ...(versions.vary === '' ? [] : [ApiVersionConflict]),
    ...(spec.access === 'public' ? [] : [Unauthenticated]),
    ...(spec.access === 'public' || spec.access === 'authenticated' ? [] : [Forbidden]),
    ...(acceptableTypes(spec.returns).length > 0 ? [NotAcceptable] : []),
    ...(spec.ifMatch === undefined ? [] : [PreconditionFailed]),
    ...(spec.ifMatch === 'required' ? [PreconditionRequired] : []),
    ...(spec.idempotency === undefined ? [] : [IdempotencyInProgress, IdempotencyKeyReused]),
    ...(spec.idempotency === 'required' ? [IdempotencyKeyRequired] : []),
    ...(spec.body ? [PayloadTooLarge, UnsupportedMediaType] : []),
    ...(spec.limits?.rate === 0 ? [] : [RateLimited]),
    InternalError,
  ];
}

function failure(status: number, errors: readonly ErrorClass[], options: DescribeOptions): object {
  const { components } = options;
  const refs = errors.map((error) => components.shared('schemas', error.code, () => errorSchema(error, options)));
  const examples = errors.flatMap((error) => { const example = exampleOfError(error, options); return example ? [{ code: error.code, title: error.title, shown: example }] : []; });
  const content = (base: object, around: (code: string, title: string) => object): object => ({
    schema: oneOf(refs.map((ref) => ({ allOf: [base, ref] })), open.has(status) && base),
    ...(examples.length > 0 && { examples: Object.fromEntries(examples.map(({ code, title, shown }) => [code, { summary: title, value: { ...around(code, title), request_id: requestId, ...shown } }])) }),
  });
  return {
    description: errors.map(({ code, title }) => `${errors.length > 1 ? '- ' : ''}\`${code}\`: ${plainText(title)}`).join('\n'),
    ...errorHeaders(status, errors, options),
    content: {
      'application/json': content(answerRef(options), (code, message) => ({ code, message, data: null })),
      'application/problem+json': content(problemRef(options), (code, title) => ({ type: 'about:blank', title, status, code })),
    },
  };
}

/** Authenticators, policies and limits have codes of their own that no contract needs to declare. */
const open = new Set([401, 403, 429]);

const oneOf = (schemas: readonly object[], rest: object | false): object =>
  rest ? { anyOf: [...schemas, rest] } : schemas.length === 1 ? schemas[0]! : { oneOf: schemas };

const anyOther = (options: DescribeOptions): object => ({
  description: 'Any other error.',
  content: { 'application/json': { schema: answerRef(options) }, 'application/problem+json': { schema: problemRef(options) } },
});

/** What makes this error different from others, in both formats. */
function errorSchema(error: ErrorClass, options: DescribeOptions): object {
  const code = { type: 'string', const: error.code };
  const rest = error.code === ValidationFailed.code ? { name: 'errors', schema: { type: 'array', items: faultRef(options) }, required: true } : detailsOf(error, options);
  return {
    description: plainText(error.title),
    type: 'object',
    properties: { code, ...(rest && { [rest.name]: rest.schema }) },
    required: ['code', ...(rest?.required ? [rest.name] : [])],
  };
}

function detailsOf({ code, details }: ErrorClass, { components }: DescribeOptions) {
  if (!details) return undefined;
  if (!isZod(details)) return { name: 'details', schema: described(details), required: true };
  if (details._zod.def.type === 'undefined') return undefined;
  return { name: 'details', ...components.schema('answer', details, `${code}_DETAILS`) };
}

function exampleOfError(error: ErrorClass, options: DescribeOptions): object | undefined {
  if (error.code === ValidationFailed.code) return { errors: [{ path: 'items.0.quantity', message: 'is required', in: 'body' }] };
  const details = detailsOf(error, options);
  if (!details) return {};
  const example = exampleOf(details.schema, error.details!, (ref) => options.components.resolve(ref));
  return example ? { details: example.value } : details.required ? undefined : {};
}

/** What a schema of another library says of itself; many check, but do not say. */
const described = (schema: StandardSchemaV1): JsonSchema => schema['~standard'].jsonSchema?.output({ target: 'draft-2020-12' }) ?? { type: 'object' };

const isZod = (schema: unknown): schema is z.ZodType & Schema => typeof schema === 'object' && schema !== null && '_zod' in schema;

/** Titles are plain text, descriptions Markdown. */
const plainText = (title: string): string => title.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`).replace(/[\\[\]*_]/g, '\\$&');

const requestId = '0198c0de-5eed-7abc-8def-0123456789ab';
const id = { type: 'string', description: 'Names this request in logs.' };

const answerRef = ({ components }: DescribeOptions): object => components.shared('schemas', 'ErrorAnswer', () => ({
  description: 'How every error is answered.',
  type: 'object',
  properties: { code: { type: 'string', description: 'Stable; made for programs.' }, message: { type: 'string', description: 'Made for people.' }, data: { type: 'null' }, request_id: id },
  required: ['code', 'message', 'data', 'request_id'],
}));

const problemRef = ({ components }: DescribeOptions): object => components.shared('schemas', 'ProblemDetails', () => ({
  description: 'How every error is answered to `Accept: application/problem+json` (RFC 9457).',
  type: 'object',
  properties: { type: { type: 'string', format: 'uri-reference' }, title: { type: 'string' }, status: { type: 'integer' }, code: { type: 'string', description: 'Stable; made for programs.' }, request_id: id },
  required: ['type', 'title', 'status', 'code', 'request_id'],
}));

const faultRef = ({ components }: DescribeOptions): object => components.shared('schemas', 'Fault', () => ({
  description: 'One thing wrong with a request.',
  type: 'object',
  properties: {
    path: { type: 'string', description: 'Where in its part, with dots; empty for the part as a whole.' },
    message: { type: 'string' },
    in: { type: 'string', enum: ['params', 'query', 'headers', 'body'] },
  },
  required: ['path', 'message', 'in'],
}));
