import type { HttpRequest } from './http-request.js';

export interface FakeRequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is bytes. */
  readonly body?: unknown;
  readonly remoteAddress?: string;
  readonly onClose?: (listener: () => void) => void;
}

/** A request without a socket, for tests. */
export function fakeRequest(method: string, url: string, { headers = {}, body, remoteAddress = '192.0.2.1', onClose = () => {} }: FakeRequestOptions = {}): HttpRequest {
  const bytes = body === undefined ? undefined : body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
  const own = bytes ? { 'content-type': 'application/json', 'content-length': String(bytes.length) } : {};
  return {
    method, url, remoteAddress, onClose,
    headers: { ...own, ...headers },
    body: { async *stream() { if (bytes) yield bytes; } },
  };
}
