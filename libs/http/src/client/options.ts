import type { Clock, Duration } from '@org/enterprise-kernel';
import type { Backoff } from './retry.js';

export interface ClientOptions {
  /** Address of what stands in front of the version: `https://shop.example/api`. A function is asked for every attempt, so that discovery can name another instance. */
  readonly baseUrl: string | (() => string | Promise<string>);
  /** The API version whose types the contract has, e.g. `v2`. */
  readonly version: string;
  /** Where the version is named: in the path, or in the header X-API-Version. @default path */
  readonly versionBy?: 'path' | 'header';
  /** Sent with every request. A function is asked for every attempt, so that a token can be renewed. @default none */
  readonly headers?: HeaderFields | (() => HeaderFields | Promise<HeaderFields>);
  /** One call in all, with retries and pauses. For files and events, until they begin. @default { seconds: 30 } */
  readonly timeout?: Duration;
  /** One attempt, until its answer is read. For files and events, until they begin. @default { seconds: 10 } */
  readonly attemptTimeout?: Duration;
  /**
   * How often an attempt is repeated that got no answer, 429, 502, 503 or 504. Only what can be repeated is: GET, PUT, DELETE, and
   * calls with an idempotency key, unless their body is a stream. @default 2
   */
  readonly retries?: number;
  /** How long it waits in between, where the server does not say. */
  readonly backoff?: Backoff;
  /** Sends requests. `fetchHandler(dispatcher)` calls a dispatcher of this process. @default the global fetch */
  readonly fetch?: (request: Request) => Promise<Response>;
  /**
   * Passes the current request context on: X-Request-Id, traceparent, its abort signal, and its deadline as a limit of `timeout`.
   * @default true
   */
  readonly propagate?: boolean;
  /**
   * Checks every answer against its schema, and drops what that does not declare. Off, answers are taken as they are: the server
   * filters them by the same contract, and a client must survive what later servers add. For tests. @default false
   */
  readonly validateAnswers?: boolean;
  /** @default systemClock */
  readonly clock?: Clock;
}

export type HeaderFields = Readonly<Record<string, string>>;
