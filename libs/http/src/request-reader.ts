import { parse as parseQuery } from 'fast-querystring';
import type { z } from 'zod';
import { assertHarmless, assertJsonType, parseJson, readBytes } from './body.js';
import { expectedVersion as expectedVersionOf } from './conditional.js';
import type { AnySpec, MergeUpgraded, Parts } from './declarations.js';
import type { EndpointLimits, PathParams } from './endpoint.js';
import { PreconditionFailed, PreconditionRequired, UnsupportedMediaType, ValidationFailed, type Fault } from './errors.js';
import type { Exchange } from './exchange.js';
import { readIdempotencyKey, type SentKey } from './idempotency/idempotency-key.js';
import { readerOf } from './special-body.js';
import { compileValidator, type Validate } from './validate.js';

/** A request after its own version's checks. */
export interface ReadRequest {
  readonly parts: Parts;
  readonly headers: unknown;
  readonly expectedVersion: string | undefined;
  /** Where the route declares idempotency and one was sent. */
  readonly idempotencyKey: SentKey | undefined;
}

const nothing: Validate = () => undefined;

/** Compiles everything that is checked about a request of one route and version. Every fault is reported at once. */
export function requestReader(spec: AnySpec, options: { operationId: string; version: string; limits: EndpointLimits }) {
  const params = spec.params ? compileValidator(spec.params, { in: 'params', coerce: true }) : nothing;
  // A route without a declared query takes none: a misspelt filter must not answer with everything.
  const query = spec.query ? compileValidator(spec.query, { in: 'query', coerce: true }) : undefined;
  const headers = spec.headers ? compileValidator(spec.headers, { in: 'headers', coerce: true, open: true }) : undefined;
  const body = bodyReader(spec, options.limits);

  const finish = (parts: Parts, readHeaders: unknown, expectedVersion: string | undefined, idempotencyKey: SentKey | undefined, faults: readonly Fault[]): ReadRequest => {
    if (faults.length > 0) throw new ValidationFailed({ faults: faults.slice(0, mostFaults) });
    return { parts, headers: readHeaders, expectedVersion, idempotencyKey };
  };

  // Asynchronous only where there is a body to wait for.
  return (exchange: Exchange, pathParams: PathParams): ReadRequest | Promise<ReadRequest> => {
    const faults: Fault[] = [];
    const expectedVersion = spec.ifMatch ? readIfMatch(exchange, spec.ifMatch, options.version) : undefined;
    const idempotencyKey = spec.idempotency && readIdempotencyKey(exchange.header('idempotency-key'), spec.idempotency, faults);
    // As received, so that no change of a schema between two attempts makes them differ; the same words in another version are another request.
    idempotencyKey?.cover(JSON.stringify([options.version, pathParams, exchange.queryString, expectedVersion]));
    const checkedParams = params(pathParams, faults);
    const checkedQuery = query ? query(parseQuery(exchange.queryString), faults) : exchange.queryString === '' ? undefined : noQuery(exchange, faults);
    const checkedHeaders = headers ? headers({ ...exchange.request.headers }, faults) : undefined;
    if (!body) return finish({ params: checkedParams, query: checkedQuery, body: undefined }, checkedHeaders, expectedVersion, idempotencyKey, faults);
    return body(exchange, faults, idempotencyKey)
      .then((checkedBody) => finish({ params: checkedParams, query: checkedQuery, body: checkedBody }, checkedHeaders, expectedVersion, idempotencyKey, faults));
  };
}

// Who sends ten thousand faults does not read them.
const mostFaults = 100;

function noQuery(exchange: Exchange, faults: Fault[]): undefined {
  for (const path of Object.keys(parseQuery(exchange.queryString))) faults.push({ path, message: 'is not known here', in: 'query' });
}

function readIfMatch(exchange: Exchange, mode: 'required' | 'optional', version: string): string | undefined {
  const header = exchange.header('if-match');
  if (header === undefined) {
    if (mode === 'required') throw new PreconditionRequired();
    return undefined;
  }
  const expected = expectedVersionOf(header, version);
  if (expected === 'none') throw new PreconditionFailed();
  return expected === 'any' ? undefined : expected.version;
}

function bodyReader(spec: AnySpec, limits: EndpointLimits): ((exchange: Exchange, faults: Fault[], key: SentKey | undefined) => Promise<unknown>) | undefined {
  if (!spec.body) return undefined;
  const special = readerOf(spec.body);
  const limit = spec.limits?.body ?? special?.limit ?? limits.body;
  if (special) {
    const takesAny = special.types.includes('*/*'); // no type at all, too
    return async (exchange) => {
      const type = exchange.header('content-type')?.split(';', 1)[0]!.trim().toLowerCase();
      if (!takesAny && (type === undefined || !special.types.includes(type))) throw new UnsupportedMediaType({ supported: [...special.types] });
      return special.read(exchange, limit);
    };
  }
  const validate = compileValidator(spec.body, { in: 'body' });
  const optional = (spec.body as z.ZodType).safeParse(undefined).success;
  return async (exchange, faults, key) => {
    const { request } = exchange;
    const length = exchange.header('content-length');
    if (optional && (length === '0' || (length === undefined && exchange.header('transfer-encoding') === undefined))) return undefined;
    // A form that the host has parsed is no JSON either: a page of another origin may send one without asking.
    assertJsonType(exchange.header('content-type'));
    const { parsed } = request.body;
    if (parsed) {
      assertHarmless(parsed.value, limits.depth);
      key?.cover(JSON.stringify(parsed.value));
      return validate(parsed.value, faults);
    }
    const bytes = await readBytes(request.body, length, limit);
    key?.cover(bytes);
    return validate(parseJson(bytes, limits.depth), faults);
  };
}

/** Compiles the check of what an upgrade makes; a fault there is the upgrade's. */
export function compileMerge(spec: AnySpec): MergeUpgraded {
  const validators: readonly (readonly [keyof Parts, Validate])[] = (['params', 'query', 'body'] as const)
    .flatMap((part) => (spec[part] && !readerOf(spec[part]) ? [[part, compileValidator(spec[part], { in: part, open: true })] as const] : []));
  return (older, made) => {
    const faults: Fault[] = [];
    const parts = { ...older, ...made };
    for (const [part, validate] of validators) if (part in made) parts[part] = validate(made[part], faults);
    if (faults.length > 0) throw new TypeError(`the upgraded request does not fit: ${faults.map((fault) => `${fault.in} ${fault.path} ${fault.message}`).join('; ')}`);
    return parts;
  };
}
