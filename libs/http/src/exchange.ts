import { anonymous, type Caller } from '@org/enterprise-kernel';
import type { ApiVersion } from '@org/enterprise-versioning';
import type { Endpoint } from './endpoint.js';
import { headerOf, type HttpRequest } from './http-request.js';

/** One request on its way through the dispatcher; what middleware sees. */
export class Exchange {
  /** Path without the query, as received. */
  readonly path: string;
  /** Without the question mark. */
  readonly queryString: string;
  /** Milliseconds of the process's monotonic clock. */
  readonly startedAt = performance.now();
  requestId = '';
  /** The client's address, behind trusted proxies the one they report. */
  remoteAddress: string;
  caller: Caller = anonymous;
  version: ApiVersion | undefined;
  /** Absent where no route matched. */
  endpoint: Endpoint | undefined;
  /** Response headers that middleware has added, name and value in turn. */
  readonly headers: string[] = [];
  /** Whether the endpoint has begun: from then on errors are its own. */
  inHandler = false;
  /** What went wrong, as thrown; for logs alone. */
  error: unknown;
  #controller: AbortController | undefined;

  constructor(readonly request: HttpRequest) {
    const { url } = request;
    const question = url.indexOf('?');
    this.path = question === -1 ? url : url.slice(0, question);
    this.queryString = question === -1 ? '' : url.slice(question + 1);
    this.remoteAddress = request.remoteAddress;
  }

  header(name: string): string | undefined {
    return headerOf(this.request, name);
  }

  /** Template of the route with its method, for metrics and logs: `GET /products/{id}`. */
  get route(): string {
    return this.endpoint?.label ?? 'unmatched';
  }

  /** Made when first asked for: most handlers never do. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      this.request.onClose(() => this.abort(new DOMException('The client has gone.', 'AbortError')));
    }
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    this.#controller?.abort(reason);
  }
}
