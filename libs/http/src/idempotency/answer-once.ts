import { Unauthenticated } from '@org/enterprise-kernel';
import type { AnySpec } from '../declarations.js';
import type { CompileEndpointOptions } from '../endpoint.js';
import type { Exchange } from '../exchange.js';
import type { Answer } from '../http-request.js';
import type { ReadRequest } from '../request-reader.js';
import type { Returns } from '../returns.js';
import { readerOf } from '../special-body.js';
import type { IdempotencyStore, StoredAnswer } from './idempotency-store.js';

/** Answers a request that was read. */
export type AnswerRequest = (exchange: Exchange, request: ReadRequest) => Answer | Promise<Answer>;

/**
 * Makes requests with an Idempotency-Key take effect once. The store runs the handler and the writing of its answer as one.
 * @throws TypeError for a declaration that cannot keep that promise
 */
export function answerOnce(answer: AnswerRequest, { operationId, served: { spec }, idempotency: store, limits }: CompileEndpointOptions): AnswerRequest {
  assertDeclaration(spec, operationId, store);
  const operation = `${spec.method} ${spec.path}`;

  const work = async (exchange: Exchange, request: ReadRequest): Promise<StoredAnswer> => {
    const { status, headers, body } = await answer(exchange, request);
    if (typeof body !== 'string') return { status, headers, body: undefined };
    if (Buffer.byteLength(body) <= limits.keptAnswer) return { status, headers, body };
    throw new TypeError(`${operationId} answered ${Buffer.byteLength(body)} bytes; no more than ${limits.keptAnswer} are kept for an Idempotency-Key (limits.keptAnswer).`);
  };
  return (exchange, request) => {
    const { idempotencyKey: sent } = request;
    if (!sent) return answer(exchange, request);
    const { tenant = null, kind, id } = exchange.caller;
    // An authorizer may let strangers in, and they would share their keys and so their answers.
    if (kind === 'anonymous') throw new Unauthenticated(undefined, { message: 'An Idempotency-Key belongs to a known caller.' });
    return store.run({ scope: JSON.stringify([tenant, kind, id, operation]), key: sent.key, fingerprint: sent.fingerprint() }, () => work(exchange, request))
      // A copy: what is added to this answer on its way out is not part of the one that is kept.
      .then(({ answer: { status, headers, body }, replayed }) => ({ status, headers: replayed ? [...headers, 'Idempotency-Replayed', 'true'] : [...headers], body }));
  };
}

function assertDeclaration(spec: AnySpec, operationId: string, store: IdempotencyStore | undefined): asserts store {
  const refuse = (reason: string): never => { throw new TypeError(`${operationId} declares idempotency, but ${reason}`); };
  if (spec.access === 'public') refuse('is public: strangers would share their keys, and so their answers.');
  if (spec.method === 'GET') refuse('is a GET, which changes nothing.');
  if (spec.body && readerOf(spec.body)) refuse('its body is not JSON: a file that is sent again is not the same bytes.');
  const answers: readonly Returns[] = [spec.returns, ...(spec.returns.alternatives ?? [])];
  for (const { status, format } of answers) {
    if (format !== 'json' && format !== 'empty') refuse(`answers ${format}: only JSON and empty answers can be kept.`);
    if (status < 200 || status > 299) refuse(`answers ${status}: only successes are kept, so a handler throws its errors.`);
  }
  if (!store) refuse('createDispatcher has no store for it: pass idempotency: memoryIdempotencyStore(), or the one of @org/enterprise-http/persistence.');
}
