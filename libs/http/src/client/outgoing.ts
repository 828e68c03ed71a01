import { readerOf } from '../special-body.js';
import type { Route } from '../route.js';
import { compilePath, queryString, wireText } from './address.js';

/** The input of a call, when its types are behind it. */
export interface CallParts {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly ifMatch?: string;
}

export type RequestBody = NonNullable<RequestInit['body']>;

/** What of a request does not change from one attempt to the next. */
export interface Outgoing {
  readonly method: string;
  /** Path without base and version, with the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody | undefined;
  /** Whether the body can be sent again. */
  readonly repeatable: boolean;
}

const accepts = { json: 'application/json', empty: 'application/json', bytes: '*/*', events: 'text/event-stream' };

/** Compiles how a route's input becomes a request. */
export function compileOutgoing({ spec }: Route, operation: string): (input: CallParts) => Outgoing {
  const path = compilePath(spec.path, operation);
  const body = compileBody(spec.body, operation);
  const accept = accepts[spec.returns.format];
  const { method } = spec;
  return ({ params, query, headers = {}, body: content, ifMatch }) => {
    const declared = Object.entries(headers).filter(([, value]) => value !== undefined).map(([name, value]) => [name, wireText(value, `${operation}: headers.${name}`)]);
    const sent = content === undefined ? { body: undefined, type: undefined } : body(content);
    return {
      method,
      path: path(params) + queryString(query, operation),
      headers: {
        accept,
        ...(sent.type !== undefined && { 'content-type': sent.type }),
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        ...Object.fromEntries(declared),
      },
      body: sent.body,
      repeatable: !isStream(sent.body),
    };
  };
}

interface SentBody { readonly body: RequestBody; readonly type: string | undefined }

function compileBody(schema: object | undefined, operation: string): (content: unknown) => SentBody {
  const special = schema && readerOf(schema);
  if (!special) return (content) => ({ body: JSON.stringify(content), type: 'application/json' });
  const own = special.types.find((type) => !type.includes('*')) ?? 'application/octet-stream';
  return (content) => {
    if (content instanceof FormData) return { body: content, type: undefined }; // fetch names the boundary
    if (special.types.includes('multipart/form-data')) throw new TypeError(`${operation} takes a FormData as its body.`);
    if (content instanceof Blob && content.type !== '') return { body: content, type: undefined };
    return { body: content as RequestBody, type: own };
  };
}

const isStream = (body: unknown): boolean => typeof body === 'object' && body !== null && (body instanceof ReadableStream || Symbol.asyncIterator in body);
