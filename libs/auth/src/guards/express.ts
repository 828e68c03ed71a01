import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import { anonymous, bindEmitter, currentContext, extendContext, isAppError, runInContext, type AppError, type Caller } from '@org/enterprise-kernel';
import type { RequestCredentials } from '../credentials.js';
import { AmbiguousPath } from '../errors.js';
import { compileAccess, type Access } from '../permissions/access.js';
import { holdAnswer } from './held-answer.js';
import { headerOf, repeatsHeader, requestIdOf } from './node-headers.js';
import { isPlainPath } from './plain-path.js';
import { refusalOf, type Challenge, type GuardAuthenticator } from './refusal.js';

/** Answers a request that is refused. The status and WWW-Authenticate are set already. */
export type ExpressRefuse = (error: AppError, request: Request, response: Response, next: NextFunction) => void;

export interface AuthenticateOptions {
  /** @default `{ code, message, data: null, request_id, details }` as JSON */
  readonly refuse?: ExpressRefuse;
  /**
   * `plain` refuses paths that two programs could read as two (`//`, `;`, `%2e`, `%2f`, needless escapes ...), so that a guard which is
   * mounted at a path sees all that what is behind it serves. `any` lets them pass. @default plain
   */
  readonly paths?: 'plain' | 'any';
}

interface Known { readonly caller: Caller; readonly challenge: Challenge | undefined; readonly refuse: ExpressRefuse }

const slot = Symbol.for('org.enterprise.auth.request');
const knownOf = (request: Request): Known | undefined => (request as { [slot]?: Known })[slot];

/**
 * Finds out who calls, in front of everything that wants to know: `callerOf(request)`, and `currentContext()?.caller` in code that
 * has no request. Bad credentials are refused; none are an anonymous caller. Makes a request context if there is none yet.
 */
export function authenticate(authenticator: GuardAuthenticator<RequestCredentials>, { refuse = answerRefusal, paths = 'plain' }: AuthenticateOptions = {}): RequestHandler {
  const { challenge } = authenticator;
  return (request, response, next) => {
    const enter = (caller: Caller = anonymous): void => {
      (request as { [slot]?: Known })[slot] = { caller, challenge, refuse };
      enterContext(request, response, caller, next);
    };
    const fail = (error: unknown): void => refuseOr(error, request, response, next, { caller: anonymous, challenge, refuse });
    try {
      if (paths === 'plain' && !isPlainPath(request.originalUrl)) throw new AmbiguousPath();
      const caller = authenticator.authenticate(credentialsOf(request));
      if (caller && 'then' in caller) caller.then(enter, fail).catch(next);
      else enter(caller);
    } catch (error) {
      fail(error);
    }
  };
}

/**
 * Returns who calls.
 * @throws TypeError where {@link authenticate} has not run
 */
export function callerOf(request: Request): Caller {
  const known = knownOf(request);
  if (!known) throw new TypeError('callerOf and requireAccess need authenticate() in front of them.');
  return known.caller;
}

/**
 * Lets pass whom `access` allows: anyone (`public`), anyone who is known (`authenticated`), whoever has a permission, or whom a
 * policy might allow something. A handler behind a policy that looks at the resource has to ask it; otherwise the answer is thrown
 * away and POLICY_NOT_CHECKED sent instead.
 * @throws TypeError for access that is written wrongly
 */
export function requireAccess(access: Access): RequestHandler {
  const { admit, watch } = compileAccess(access);
  return (request, response, next) => {
    const caller = callerOf(request);
    try {
      admit(caller);
      if (watch) holdAnswer(response, watch(), (error) => refuseOr(error, request, response, next, knownOf(request)));
    } catch (error) {
      return refuseOr(error, request, response, next, knownOf(request));
    }
    next();
  };
}

/** Answers what policies and handlers refuse by an error with a code, as the guards do; passes any other error on. Comes after all routes. */
export const refusals = (): ErrorRequestHandler => (error: unknown, request, response, next) => {
  if (response.headersSent) return next(error);
  refuseOr(error, request, response, next, knownOf(request));
};

function refuseOr(error: unknown, request: Request, response: Response, next: NextFunction, known?: Known): void {
  if (!isAppError(error)) return next(error);
  const { status, headers } = refusalOf(error, undefined, known?.challenge);
  response.status(status).set(headers);
  (known?.refuse ?? answerRefusal)(error, request, response, next);
}

const answerRefusal: ExpressRefuse = (error, request, response) => {
  response.json(refusalOf(error, currentContext()?.requestId ?? headerOf(request, 'x-request-id')).body);
};

function enterContext(request: Request, response: Response, caller: Caller, next: NextFunction): void {
  // What listens to the body emits in the context of the connection otherwise.
  bindEmitter(request);
  bindEmitter(response);
  const fields = { caller, ...(caller.tenant !== undefined && { tenant: caller.tenant }) };
  if (currentContext()) extendContext(fields, next);
  else runInContext({ requestId: requestIdOf(request), ...fields }, next);
}

const credentialsOf = (request: Request): RequestCredentials => ({
  header: (name) => headerOf(request, name),
  repeats: (name) => repeatsHeader(request, name),
  method: request.method,
  path: request.originalUrl.split('?', 1)[0]!,
  remoteAddress: request.ip ?? '',
});
