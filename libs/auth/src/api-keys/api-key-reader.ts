import type { Caller } from '@org/enterprise-kernel';
import { commonPermissions } from '../permissions/permission-set.js';
import type { ApiKeyStore, StoredApiKey } from './api-key-store.js';
import type { VerifiedKey } from './verified-keys.js';

/** What of its owner a key depends on. */
export interface ApiKeyOwner {
  /** What the owner may do now, with or without wildcards. */
  readonly permissions: ReadonlySet<string>;
  /** @default user */
  readonly kind?: 'user' | 'service';
  /** In a multi-tenant application. @default none */
  readonly tenant?: string;
}

/** Reads a key and what its owner may do now; `undefined` where one of them is not there. */
export function apiKeyReader(store: ApiKeyStore, ownerOf: (id: string) => Promise<ApiKeyOwner | undefined>) {
  return async (id: string): Promise<Omit<VerifiedKey, 'until'> | undefined> => {
    const stored = await store.find(id);
    const owner = stored && await ownerOf(stored.owner);
    if (!stored || !owner) return undefined;
    const { replaced, expiresAt, lastUsedAt } = stored;
    return {
      id: stored.id,
      caller: callerOf(stored, owner),
      hash: Buffer.from(stored.hash, 'base64url'),
      replaced: replaced && { hash: Buffer.from(replaced.hash, 'base64url'), until: replaced.until.getTime() },
      expiresAt: expiresAt?.getTime() ?? Infinity,
      usedAt: lastUsedAt?.getTime() ?? 0,
    };
  };
}

const callerOf = ({ id: credentialId, owner: id, scopes }: StoredApiKey, { kind = 'user', tenant, permissions }: ApiKeyOwner): Caller => Object.freeze({
  id, kind, via: 'api-key', credentialId,
  // Somebody might derive permissions from roles, past the scopes.
  roles: Object.freeze([]),
  permissions: commonPermissions(new Set(scopes), permissions),
  ...(tenant !== undefined && { tenant }),
});
