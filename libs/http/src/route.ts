import type { Duration, ErrorClass } from '@org/enterprise-kernel';
import type { Access } from './access.js';
import type { Returns } from './returns.js';
import type { In, None, Out, Schema } from './schema.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a route makes of If-Match; `undefined` where it says nothing. */
export type IfMatch = 'required' | 'optional' | undefined;

/** What a route says apart from its schemas. */
export interface RouteInfo {
  /** One line for the API document. */
  readonly summary: string;
  /** More about it, in Markdown. */
  readonly description?: string;
  /** Who may call it; a route that does not say does not start. */
  readonly access: Access;
  /** Domain errors that the handler may throw; they become documented answers. @default none */
  readonly errors?: readonly ErrorClass<any, any, any>[];
  /** @default the contract's name */
  readonly tags?: readonly string[];
  /** First API version with this declaration. @default the oldest */
  readonly since?: string;
  /** First API version that does not have it any more. @default none: it stays */
  readonly until?: string;
  /** Marks the operation in the API document; a date (ISO 8601) gives a Deprecation header too. @default false */
  readonly deprecated?: boolean | string;
  /** `required`: a write without If-Match is 428. The handler gets the expected version. @default ignored */
  readonly ifMatch?: IfMatch;
  /**
   * Repeats of a request with the same Idempotency-Key get the first one's answer, and its work is done once. Without a key
   * the request is handled as ever, or refused with 400 where it is `required`. Needs the dispatcher's `idempotency` store, a
   * known caller, a JSON body or none, and JSON or empty answers. @default ignored
   */
  readonly idempotency?: 'required' | 'optional';
  readonly limits?: RouteLimits;
}

export interface RouteLimits {
  /** Bytes of the body. @default the dispatcher's */
  readonly body?: number;
  /** How long the handler may take. @default the dispatcher's */
  readonly timeout?: Duration;
  /** Requests within the rate limiter's window for this route alone. @default the common limit */
  readonly rate?: number;
}

/** A declaration as it is written; see {@link route}. */
export interface RouteSpec<P extends Schema, Q extends Schema, H extends Schema, B extends Schema, R extends Schema, M extends IfMatch = IfMatch> extends RouteInfo {
  readonly method: Method;
  /** With parameters in braces: `/orders/{id}`. The version and the prefix are the dispatcher's. */
  readonly path: `/${string}`;
  /** Object schema with a key for each parameter of the path. */
  readonly params?: P;
  readonly query?: Q;
  /** Object schema of the request headers of interest, in lower case. */
  readonly headers?: H;
  readonly body?: B;
  readonly returns: Returns<R>;
  readonly ifMatch?: M;
}

/** A route as a value: everything that is served, documented, called and tested derives from it. */
export interface Route<P extends Schema = any, Q extends Schema = any, H extends Schema = any, B extends Schema = any, R extends Schema = any, M extends IfMatch = any> {
  readonly spec: RouteSpec<P, Q, H, B, R, M>;
  /** The declaration it evolved from, and how to get from there to here. */
  readonly previous?: PreviousRoute;
}

export interface PreviousRoute {
  readonly route: Route;
  readonly upgrade?: (request: any) => object;
  readonly downgrade?: (data: any) => unknown;
}

/** Declares a route. */
export const route = <P extends Schema = None, Q extends Schema = None, H extends Schema = None, B extends Schema = None, R extends Schema = None, M extends IfMatch = undefined>(
  spec: RouteSpec<P, Q, H, B, R, M>,
): Route<P, Q, H, B, R, M> => ({ spec });

/** The validated parts of a request of an older version. */
export interface RequestParts<P extends Schema, Q extends Schema, B extends Schema> {
  readonly params: Out<P>;
  readonly query: Out<Q>;
  readonly body: Out<B>;
}

/** What changes in the new version; everything else stays as it was. */
export interface RouteChange<P extends Schema, Q extends Schema, B extends Schema, R extends Schema, M extends IfMatch> extends Partial<Omit<RouteInfo, 'since' | 'ifMatch'>> {
  readonly since: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly returns?: Returns<R>;
  readonly ifMatch?: M;
}

/** Stands where a new version keeps the old schema. Comparing two schemas would cost the type checker far more. */
export interface Same extends Schema { readonly same: true }
type Now<Old extends Schema, New extends Schema> = New extends Same ? Old : New;

type Changed<Part extends string, New extends Schema> = New extends Same ? unknown : { readonly [K in Part]: In<New> };

/** How an older request becomes a newer one; required as soon as a part of the request changes. */
type Upgrade<P extends Schema, Q extends Schema, B extends Schema, P2 extends Schema, Q2 extends Schema, B2 extends Schema> =
  [P2 | Q2 | B2] extends [Same]
    ? unknown
    : {
        /** Returns the changed parts of the request; the others are taken over. */
        readonly upgrade: (older: RequestParts<P, Q, B>) => Changed<'params', P2> & Changed<'query', Q2> & Changed<'body', B2>;
      };

/** How a newer answer becomes an older one; required as soon as the answer changes. */
type Downgrade<R extends Schema, R2 extends Schema> = R2 extends Same
  ? unknown
  : {
      /** Returns the older `data`. */
      readonly downgrade: (newer: Out<R2>) => In<R>;
    };

/**
 * Declares the next version of a route. Callers of the older one keep working: their requests are validated by their
 * own version, upgraded, and the answer is downgraded; only the newest has a handler.
 */
export const evolve = <
  P extends Schema, Q extends Schema, H extends Schema, B extends Schema, R extends Schema, M extends IfMatch,
  P2 extends Schema = Same, Q2 extends Schema = Same, B2 extends Schema = Same, R2 extends Schema = Same, M2 extends IfMatch = M,
>(
  previous: Route<P, Q, H, B, R, M>,
  change: RouteChange<P2, Q2, B2, R2, M2>,
  migrate: Upgrade<P, Q, B, P2, Q2, B2> & Downgrade<R, R2>,
): Route<Now<P, P2>, Now<Q, Q2>, H, Now<B, B2>, Now<R, R2>, M2> => ({
  // What concerned the older version's end is not the newer one's.
  spec: { ...previous.spec, until: undefined, deprecated: undefined, ...change } as any,
  previous: { route: previous, ...(migrate as object) },
});
