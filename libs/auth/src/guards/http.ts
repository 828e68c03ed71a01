import { isAppError, noopMeter, type Meter } from '@org/enterprise-kernel';
import type { Access, Authorizer } from '@org/enterprise-http';
import { compileAccess, type CompiledAccess } from '../permissions/access.js';

export interface CreateAuthorizerOptions {
  /** Counts `auth_denials_total` by route and error code. @default nowhere */
  readonly meter?: Meter;
}

/**
 * Makes the `authorizer` of a dispatcher. It knows wildcards in every set of permissions, and policies. A caller from
 * `permissionSet` or `defineRoles` brings its wildcards along, so the dispatcher's own authorizer decides the same;
 * this one also understands permissions that come from elsewhere, and counts whom it refuses.
 */
export function createAuthorizer({ meter = noopMeter }: CreateAuthorizerOptions = {}): Authorizer {
  const denials = meter.counter({ name: 'auth_denials_total', help: 'Requests whose caller was refused by a route.', labels: ['route', 'code'] });
  // As many as there are declarations, however many requests there are.
  const compiled = new Map<Access, CompiledAccess>();
  const compile = (access: Access): CompiledAccess => {
    const made = compileAccess(access);
    compiled.set(access, made);
    return made;
  };
  return {
    authorize(caller, access, { method, path }) {
      try {
        (compiled.get(access) ?? compile(access)).admit(caller);
      } catch (error) {
        denials.add(1, { route: `${method} ${path}`, code: isAppError(error) ? error.code : 'unexpected' });
        throw error;
      }
    },
  };
}
