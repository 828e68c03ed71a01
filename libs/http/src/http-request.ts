/** A request as a host hands it over. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as received: `/api/v1/products?page=2`. */
  readonly url: string;
  /** By lower-case name; repeated ones joined as Node does. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Tells whether a header came more than once, where `headers` keeps only the first (Node: Authorization). @default not known */
  repeats?(name: string): boolean;
  /** Address of the peer, before any trusted proxy is taken into account. */
  readonly remoteAddress: string;
  readonly body: HttpRequestBody;
  /** Calls back when the client has gone before the answer was complete. */
  onClose(listener: () => void): void;
}

/** The body, as far as a host knows it. */
export interface HttpRequestBody {
  /** What a body parser of the host made of it, if one ran before. */
  readonly parsed?: { readonly value: unknown } | undefined;
  /** Returns the bytes; can be called once. */
  stream(): AsyncIterable<Uint8Array>;
  /**
   * Reads all of it in one go, where the host can do that faster than by {@link stream}.
   * Rejects with PAYLOAD_TOO_LARGE past `limit` bytes.
   */
  bytes?(limit: number): Promise<Uint8Array>;
}

/** An answer as a host sends it. */
export interface Answer {
  status: number;
  /** Name and value in turn, as `writeHead` takes them; Content-Length is set where the length is known. */
  headers: string[];
  body: string | Uint8Array | AsyncIterable<Uint8Array | string> | undefined;
}

/** Returns a header of a request as one string. */
export function headerOf(request: Pick<HttpRequest, 'headers'>, name: string): string | undefined {
  const value = request.headers[name];
  return value === undefined || typeof value === 'string' ? value : value.join(', ');
}
