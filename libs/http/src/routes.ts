import type { AppError } from '@org/enterprise-kernel';
import type { ApiVersion } from '@org/enterprise-versioning';
import { faultOfAccess, watched } from './access.js';
import { contractName } from './contract.js';
import { errorsOf, servedVersions, type AnySpec } from './declarations.js';
import type { CreateDispatcherOptions } from './dispatcher.js';
import { compileEndpoint, type Endpoint } from './endpoint.js';
import { compileMerge } from './request-reader.js';
import type { Route } from './route.js';
import type { RoutedEndpoints } from './router.js';

/** One contract route as one API version has it. */
export interface CompiledRoute {
  readonly operationId: string;
  readonly contract: string;
  readonly version: ApiVersion;
  /** The declaration that serves this version. */
  readonly spec: AnySpec;
}

export interface CompiledRoutes {
  readonly all: readonly CompiledRoute[];
  readonly routed: readonly RoutedEndpoints[];
  /** Tells whether a contract should have named this error and did not. Faults of the surroundings need no declaration. */
  isUndeclared(endpoint: Endpoint | undefined, error: AppError): boolean;
}

const noResolve = (token: { id: string }): never => {
  throw new TypeError(`Handlers ask for "${token.id}", but no \`resolve\` was given.`);
};

// These can come from any layer below any handler.
const surroundings = new Set(['unauthenticated', 'forbidden', 'limited', 'internal', 'unavailable', 'timeout']);

/** Compiles every route for every version. @throws TypeError with the faults of all routes */
export function compileRoutes({ versions, routes, resolve = noResolve, limits = {}, idempotency }: CreateDispatcherOptions, validateAnswers: boolean): CompiledRoutes {
  const faults: string[] = [];
  const all: CompiledRoute[] = [];
  const routed: RoutedEndpoints[] = [];
  const endpointLimits = { body: limits.body ?? 1_048_576, depth: limits.depth ?? 32, timeout: limits.timeout ?? { seconds: 30 }, keptAnswer: limits.keptAnswer ?? 1_048_576 };

  for (const implementation of routes) {
    const name = contractName(implementation.contract);
    const handlers = implementation.build(resolve);
    for (const [key, route] of Object.entries(implementation.contract)) {
      const operationId = `${name}.${key}`;
      try {
        const given = handlers[key];
        if (!given) throw new TypeError(`${operationId} has no handler.`);
        assertDeclaration(route, operationId);
        const served = servedVersions(route, versions, operationId, compileMerge);
        // There is one handler, so of all versions' rules it is the newest one that it has to ask.
        const handler = watched(route.spec.access, given);
        const byVersion = served.map((declaration, index) => {
          if (!declaration) return undefined;
          const version = versions.versions[index]!;
          assertAccess(declaration.spec, operationId);
          all.push({ operationId, contract: name, version, spec: declaration.spec });
          return compileEndpoint({ operationId, version, served: declaration, handler, newest: route.spec.returns, prefix: versions.prefix, limits: endpointLimits, idempotency, validateAnswers });
        });
        routed.push({ method: route.spec.method, path: route.spec.path, operationId, byVersion });
      } catch (error) {
        faults.push((error as Error).message);
      }
    }
  }
  if (faults.length > 0) throw new TypeError(`The routes cannot be served:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  return { all, routed, isUndeclared };
}

function assertDeclaration({ spec }: Route, operationId: string): void {
  assertAccess(spec, operationId);
  const wanted = [...spec.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();
  const declared = Object.keys((spec.params as { shape?: object } | undefined)?.shape ?? {}).sort();
  if (wanted.join() !== declared.join()) throw new TypeError(`${operationId} has the path ${spec.path} but declares the params {${declared.join(', ')}}.`);
  if (spec.method === 'GET' && spec.body) throw new TypeError(`${operationId} is a GET with a body.`);
}

function assertAccess({ access }: AnySpec, operationId: string): void {
  const fault = faultOfAccess(access);
  if (fault !== undefined) throw new TypeError(`${operationId} ${fault}`);
}

function isUndeclared(endpoint: Endpoint | undefined, { code, kind }: AppError): boolean {
  if (!endpoint?.spec || surroundings.has(kind) || owned.has(code) || code.startsWith('API_VERSION_')) return false;
  return !errorsOf(endpoint.spec).some((declared) => declared.code === code);
}

/** Every route can answer these; the API document adds them by itself. */
const owned = new Set(['VALIDATION_FAILED', 'MALFORMED_REQUEST', 'METHOD_NOT_ALLOWED', 'NOT_ACCEPTABLE', 'BODY_TIMEOUT', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'PRECONDITION_FAILED', 'PRECONDITION_REQUIRED',
  'IDEMPOTENCY_KEY_REQUIRED', 'IDEMPOTENCY_IN_PROGRESS', 'IDEMPOTENCY_KEY_REUSED',
  // Of a list's query, from the layer that knows what the columns hold: a contract that clients read should not have to load it.
  'LIST_REQUEST_INVALID']);
