import type { Caller } from '@org/enterprise-kernel';
import { assertGrant, permissionSet } from '../permissions/permission-set.js';
import type { VerifiedToken } from './token-rules.js';

export interface CallerFromClaimsOptions {
  /** {@link Caller.via}. @default jwt */
  readonly via?: string;
}

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []);
const words = (value: unknown): readonly string[] => (typeof value === 'string' ? value.split(' ') : []);

/**
 * Makes the default mapping of claims to a caller: `sub`, `sid`, `roles`, `tenant`, and `permissions` together with the words
 * of `scope` (RFC 9068 section 2.2.3). A claim of another shape grants nothing, nor does a wildcard in `scope`, which a client
 * asks for and nobody granted. Where `client_id` is the subject, a service called for itself (RFC 9068 section 2.2).
 */
export function callerFromClaims({ via = 'jwt' }: CallerFromClaimsOptions = {}): (token: VerifiedToken) => Caller {
  return ({ subject, sessionId, claims: { client_id, roles, permissions, scope, tenant } }) => Object.freeze({
    id: subject,
    kind: client_id === subject ? 'service' : 'user',
    via,
    roles: Object.freeze([...texts(roles)]),
    permissions: permissionSet([...texts(permissions), ...words(scope).filter((word) => !word.includes('*'))].filter(isGrant)),
    ...(typeof tenant === 'string' && tenant !== '' && { tenant }),
    ...(sessionId !== undefined && { sessionId }),
  });
}

function isGrant(permission: string): boolean {
  try {
    assertGrant(permission);
    return true;
  } catch {
    return false;
  }
}
