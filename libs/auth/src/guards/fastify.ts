import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { anonymous, bindEmitter, currentContext, extendContext, isAppError, runInContext, type AppError, type Caller } from '@org/enterprise-kernel';
import type { RequestCredentials } from '../credentials.js';
import { compileAccess, type Access } from '../permissions/access.js';
import { headerOf, repeatsHeader, requestIdOf } from './node-headers.js';
import { refusalOf, type Challenge, type GuardAuthenticator } from './refusal.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, as `authentication` found out. */
    caller: Caller;
  }
}

/** Answers a request that is refused. The status and WWW-Authenticate are set already. */
export type FastifyRefuse = (error: AppError, request: FastifyRequest, reply: FastifyReply) => void;

export interface AuthenticationOptions {
  /** @default `{ code, message, data: null, request_id, details }` */
  readonly refuse?: FastifyRefuse;
}

interface Known { readonly challenge: Challenge | undefined; readonly refuse: FastifyRefuse; readonly settle: (() => void)[] }

const slot = Symbol.for('org.enterprise.auth.request');
const knownOf = (request: FastifyRequest): Known | undefined => (request as { [slot]?: Known })[slot];

/**
 * Makes a plugin that finds out who calls, for all routes of the app: `request.caller`, and `currentContext()?.caller` in code that
 * has no request. Bad credentials are refused; none are an anonymous caller. Makes a request context if there is none yet.
 * @example
 * await app.register(authentication(authenticator));
 * app.get('/orders', { onRequest: requireAccess('orders:read') }, handler);
 */
export function authentication(authenticator: GuardAuthenticator<RequestCredentials>, { refuse = answerRefusal }: AuthenticationOptions = {}): FastifyPluginCallback {
  const { challenge } = authenticator;
  const plugin = (app: FastifyInstance, _options: object, done: () => void): void => {
    // Fastify wants the shape of requests beforehand; null, because an object would be shared by all of them.
    app.decorateRequest('caller', null as never);
    app.addHook('onRequest', (request, reply, next) => {
      (request as { [slot]?: Known })[slot] = { challenge, refuse, settle: [] };
      const enter = (caller: Caller = anonymous): void => {
        request.caller = caller;
        enterContext(request, reply, caller, next);
      };
      const fail = (error: unknown): void => refuseOr(error, request, reply, next);
      try {
        const caller = authenticator.authenticate(credentialsOf(request));
        if (caller && 'then' in caller) caller.then(enter, fail).catch(next);
        else enter(caller);
      } catch (error) {
        fail(error);
      }
    });
    app.addHook('onSend', (request, reply, payload, next) => {
      // What is 400 and above tells a refusal already.
      const settle = reply.statusCode < 400 ? knownOf(request)?.settle.splice(0) ?? [] : [];
      try {
        for (const each of settle) each();
        next(null, payload);
      } catch (error) {
        next(error as Error);
      }
    });
    done();
  };
  // What the fastify-plugin package does: without it, the hooks would be for the plugin's own routes, of which there are none.
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'enterprise-authentication',
    [Symbol.for('plugin-meta')]: { name: 'enterprise-authentication', fastify: '5.x' },
  }) as FastifyPluginCallback;
}

/**
 * Lets pass whom `access` allows; a hook for `onRequest` or `preHandler` of a route, or of a plugin for all its routes. A handler
 * behind a policy that looks at the resource has to ask it; otherwise its answer is replaced by POLICY_NOT_CHECKED.
 * @throws TypeError for access that is written wrongly
 */
export function requireAccess(access: Access): onRequestHookHandler {
  const { admit, watch } = compileAccess(access);
  return (request, reply, next) => {
    const known = knownOf(request);
    if (!known) throw new TypeError('requireAccess needs the plugin authentication() to be registered before the route.');
    try {
      admit(request.caller);
      if (watch) known.settle.push(watch());
    } catch (error) {
      return refuseOr(error, request, reply, next);
    }
    next();
  };
}

/** For `app.setErrorHandler`: answers what policies and handlers refuse by an error with a code, as the guards do; throws any other on. */
export const refusals = () => (error: unknown, request: FastifyRequest, reply: FastifyReply): void =>
  refuseOr(error, request, reply, (other) => { throw other; });

function refuseOr(error: unknown, request: FastifyRequest, reply: FastifyReply, next: (error: Error) => void): void {
  if (!isAppError(error)) return next(error as Error);
  const known = knownOf(request);
  const { status, headers } = refusalOf(error, undefined, known?.challenge);
  void reply.code(status).headers(headers);
  (known?.refuse ?? answerRefusal)(error, request, reply);
}

const answerRefusal: FastifyRefuse = (error, request, reply) => {
  void reply.send(refusalOf(error, currentContext()?.requestId ?? String(request.id)).body);
};

function enterContext(request: FastifyRequest, reply: FastifyReply, caller: Caller, next: () => void): void {
  // What listens to the body emits in the context of the connection otherwise.
  bindEmitter(request.raw);
  bindEmitter(reply.raw);
  const fields = { caller, ...(caller.tenant !== undefined && { tenant: caller.tenant }) };
  if (currentContext()) extendContext(fields, next);
  else runInContext({ requestId: requestIdOf(request.raw), ...fields }, next);
}

const credentialsOf = (request: FastifyRequest): RequestCredentials => ({
  header: (name) => headerOf(request.raw, name),
  repeats: (name) => repeatsHeader(request.raw, name),
  method: request.method,
  path: request.url.split('?', 1)[0]!,
  remoteAddress: request.ip,
});
