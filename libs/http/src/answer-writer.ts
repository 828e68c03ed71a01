import { unchanged, type ApiVersion, type VersionChain } from '@org/enterprise-versioning';
import type { z } from 'zod';
import { matchesAny, strongTag, weakTag } from './conditional.js';
import type { AnySpec, Served } from './declarations.js';
import { envelope, jsonType } from './envelope.js';
import type { Exchange } from './exchange.js';
import type { Answer } from './http-request.js';
import { validateHeaderName, validateHeaderValue } from './node-http.js';
import { isReply, type Reply } from './reply.js';
import { compileFieldMask, type FieldMask } from './field-mask.js';
import type { Download, Returns } from './returns.js';
import { compileOutputFilter } from './output-filter.js';
import { eventStream } from './server-sent-events.js';

/** Writes what a handler returned. */
export type WriteAnswer = (exchange: Exchange, result: unknown) => Answer;

export interface AnswerWriterOptions {
  readonly operationId: string;
  readonly version: ApiVersion;
  readonly served: Served;
  readonly down: VersionChain['down'];
  /** What the handler returns, before `down`. */
  readonly newest: Returns;
  readonly prefix: string;
  readonly validateAnswers: boolean;
}

type WriteBody = (exchange: Exchange, data: any, reply: Reply<unknown> | undefined) => Answer;

/** Compiles how the answers of one route and version are written: filter, envelope, validators and headers. */
export function answerWriter(options: AnswerWriterOptions): WriteAnswer {
  const { served: { spec }, down, newest: declared } = options;
  const first = compileBody(spec.returns, options, spec);
  const byStatus = new Map((spec.returns.alternatives ?? []).map((returns) => [returns.status, compileBody(returns, options, spec)]));
  // Before an older version's answer is made of it, so that what is hidden now cannot come back under an older name.
  const masks = declared === spec.returns ? undefined : masksOf(declared, options.operationId);
  return (exchange, result) => {
    const reply = isReply(result) ? result : undefined;
    const returned = reply ? reply.data : result;
    const mask = masks?.get(reply?.status ?? declared.status);
    const newest = mask ? mask(returned, exchange.caller) : returned;
    const data = down === unchanged ? newest : down(newest);
    let write = first;
    if (reply?.status !== undefined && reply.status !== spec.returns.status) {
      const other = byStatus.get(reply.status);
      if (!other) throw new TypeError(`${options.operationId} answered ${reply.status}, which its contract does not declare.`);
      write = other;
    }
    const answer = write(exchange, data, reply);
    if (reply) addHeaders(answer, reply.headers);
    return answer;
  };
}

/** The masks of a route's JSON answers by status; `undefined` where nothing is restricted. */
function masksOf(returns: Returns, operationId: string): ReadonlyMap<number, FieldMask> | undefined {
  const masks = [returns, ...(returns.alternatives ?? [])].flatMap(({ status, format, schema }): [number, FieldMask][] => {
    const mask = format === 'json' ? compileFieldMask(schema, operationId) : undefined;
    return mask ? [[status, mask]] : [];
  });
  return masks.length > 0 ? new Map(masks) : undefined;
}

/** A header that a host would refuse (a line break from somebody's input) fails here, where it is logged as the handler's. */
function addHeaders(answer: Answer, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    answer.headers.push(name, value);
  }
}

function compileBody(returns: Returns, options: AnswerWriterOptions, spec: AnySpec): WriteBody {
  switch (returns.format) {
    case 'json': return jsonBody(returns, options, spec);
    case 'empty': return () => ({ status: returns.status, headers: [], body: undefined });
    case 'bytes': return (_exchange, download: Download) => bytesBody(returns, download);
    case 'events': return eventsBody(returns, options.operationId);
  }
}

function jsonBody(returns: Returns, { operationId, version, prefix, validateAnswers }: AnswerWriterOptions, spec: AnySpec): WriteBody {
  const { status, schema, options: { etag, location } } = returns;
  const filter = compileOutputFilter(schema, operationId);
  const mask = compileFieldMask(schema, operationId);
  const locate = location && compileLocation(location, operationId);
  // What a caller sees can change without the thing, and then its version does not tell two answers apart.
  const comparable = spec.method === 'GET' && (mask === undefined || etag === 'weak');
  return (exchange, data, reply) => {
    if (validateAnswers) assertFits(schema, data, operationId);
    const body = envelope(filter(mask ? mask(data, exchange.caller) : data), reply?.message);
    const headers = ['Content-Type', jsonType];
    if (mask) headers.push('Cache-Control', 'private');
    if (locate) headers.push('Location', `${exchange.path.startsWith(`${prefix}/${version.name}/`) ? `${prefix}/${version.name}` : prefix}${locate(data)}`);
    if (etag !== undefined) {
      const tag = etag === 'weak' ? weakTag(body) : strongTag(version.name, data[etag]);
      headers.push('ETag', tag);
      const known = comparable ? exchange.header('if-none-match') : undefined;
      if (known !== undefined && matchesAny(known, tag)) return { status: 304, headers: ['ETag', tag], body: undefined };
    }
    headers.push('Content-Length', String(Buffer.byteLength(body)));
    return { status, headers, body };
  };
}

function assertFits(schema: unknown, data: unknown, operationId: string): void {
  const result = (schema as z.ZodType).safeParse(data);
  if (!result.success) throw new TypeError(`${operationId} answered what its contract does not declare: ${result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`);
}

/** `/orders/{id}` becomes a function of `data`. */
function compileLocation(template: string, operationId: string): (data: Record<string, unknown>) => string {
  const parts = template.split(/\{(\w+)\}/);
  return (data) => parts.map((part, i) => {
    if (i % 2 === 0) return part;
    if (data[part] === undefined) throw new TypeError(`${operationId} has no field "${part}" for its Location ${template}.`);
    return encodeURIComponent(String(data[part]));
  }).join('');
}

function bytesBody({ status, type }: Returns, { body, filename, length }: Download): Answer {
  const headers = ['Content-Type', type!];
  const size = typeof body === 'string' ? Buffer.byteLength(body) : body instanceof Uint8Array ? body.length : length;
  if (size !== undefined) headers.push('Content-Length', String(size));
  if (filename !== undefined) headers.push('Content-Disposition', attachment(filename));
  return { status, headers, body };
}

/** RFC 6266: an ASCII fallback and the real name. */
function attachment(filename: string): string {
  const ascii = filename.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(filename).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"${ascii === filename ? '' : `; filename*=UTF-8''${encoded}`}`;
}

function eventsBody(returns: Returns, operationId: string): WriteBody {
  const filter = compileOutputFilter(returns.event!, operationId);
  const mask = compileFieldMask(returns.event!, operationId);
  return (exchange, source: AsyncIterable<unknown>) => {
    // no-transform keeps proxies and our own compression from holding events back
    return { status: returns.status, headers: ['Content-Type', 'text/event-stream', 'Cache-Control', 'no-store, no-transform'], body: eventStream(source, mask ? (event) => filter(mask(event, exchange.caller)) : filter, exchange.signal) };
  };
}
