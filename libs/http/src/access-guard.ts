import { anonymous, Forbidden, Unauthenticated, type Caller } from '@org/enterprise-kernel';
import { permissionOf, type Access, type Authenticator, type Authorizer } from './access.js';
import type { Endpoint } from './endpoint.js';
import type { Exchange } from './exchange.js';
import { isPromise } from './is-promise.js';

/** Allows what the caller's own permissions name, and what a rule admits. Denies everything else. */
export const permissionAuthorizer: Authorizer = {
  authorize(caller: Caller, access: Access) {
    if (access === 'public') return;
    if (caller.kind === 'anonymous') throw new Unauthenticated();
    if (typeof access === 'object') return access.admit(caller);
    const permission = permissionOf(access);
    if (permission !== undefined && !caller.permissions.has(permission)) throw new Forbidden({ permission });
  },
};

/**
 * Makes the check in front of every endpoint. Credentials are looked at on public routes too, so that a handler knows its
 * caller and bad ones are refused everywhere alike.
 */
export function accessGuard(authenticator: Authenticator, authorizer: Authorizer = permissionAuthorizer) {
  const authorize = (exchange: Exchange, { access, spec }: Endpoint): void | Promise<void> =>
    authorizer.authorize(exchange.caller, access, { method: exchange.request.method, path: spec?.path ?? exchange.path });

  return (exchange: Exchange, endpoint: Endpoint): void | Promise<void> => {
    const caller = authenticator.authenticate({
      header: (name) => exchange.header(name), repeats: (name) => exchange.request.repeats?.(name) ?? false, method: exchange.request.method, path: exchange.path, remoteAddress: exchange.remoteAddress,
    });
    if (isPromise(caller)) {
      return caller.then((known) => { exchange.caller = known ?? anonymous; return authorize(exchange, endpoint); });
    }
    exchange.caller = caller ?? anonymous;
    return authorize(exchange, endpoint);
  };
}
