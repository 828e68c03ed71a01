import { currentContext, noopLogger, noopMeter, systemClock, toMilliseconds, type Clock, type Duration, type Logger, type Meter } from '@org/enterprise-kernel';
import type { CredentialScheme } from '../credentials.js';
import { constantTimeEqual } from '../crypto/constant-time-equal.js';
import { hashToken } from '../crypto/tokens.js';
import { permits } from '../permissions/permission-set.js';
import type { Invalidation, Revocations } from '../revocations.js';
import { apiKeyFormat } from './api-key-format.js';
import { apiKeyReader, type ApiKeyOwner } from './api-key-reader.js';
import { apiKeyRules, type ApiKeyRules } from './api-key-rules.js';
import type { ApiKeyStore, StoredApiKey } from './api-key-store.js';
import { apiKeyVerifier } from './api-key-verifier.js';
import { ApiKeyConflict, ApiKeyLimitReached, ApiKeyNotAllowed, ApiKeyNotFound, ApiKeyOwnerUnknown, ApiKeyScopeForbidden } from './api-key.errors.js';
import { KeyLookups } from './key-lookups.js';
import { LastUsed } from './last-used.js';

/** What may be shown of a key, for as long as it is there. */
export interface ApiKey extends Pick<StoredApiKey, 'id' | 'owner' | 'name' | 'scopes' | 'createdAt' | 'rotatedAt' | 'expiresAt' | 'lastUsedAt'> {
  /** Until when the key that was replaced last is good too. */
  readonly replacedUntil: Date | undefined;
}

export interface IssuedApiKey {
  /** The key itself. It is nowhere else, so it is shown now or never. */
  readonly key: string;
  readonly apiKey: ApiKey;
}

export interface IssueApiKeyOptions {
  /** Take it from the caller, and never from what the client sends. */
  readonly owner: string;
  /** For its owner, to tell keys apart. */
  readonly name: string;
  /** Permissions, with or without wildcards, that the owner has now. None is a key that proves who calls and permits nothing. */
  readonly scopes: readonly string[];
  /** @default `maxLifetime`, or until it is revoked */
  readonly expiresIn?: Duration;
}

export interface RotateApiKeyOptions {
  /** How long the key that is replaced is good beside the new one: `{ seconds: 0 }` where it has leaked. */
  readonly overlap: Duration;
  /** From now. @default the end stays what it was */
  readonly expiresIn?: Duration;
}

export interface ApiKeysOptions extends ApiKeyRules {
  readonly store: ApiKeyStore;
  /** Returns what the owner may do now, or `undefined` for one who is gone or blocked, whose keys are good for nothing then. */
  readonly ownerOf: (id: string) => Promise<ApiKeyOwner | undefined>;
  readonly revocations: Revocations;
  /** What keys begin with: 2 to 10 lower-case letters and digits, beginning with a letter. @default exk */
  readonly prefix?: string;
  /** Name of the header. @default X-API-Key */
  readonly header?: string;
  /** How many keys an owner may have; expired ones make room. @default 20 */
  readonly maxKeys?: number;
  readonly cache?: {
    /** @default 10,000 */
    readonly maxEntries?: number;
    /** For how long a change that nobody announces may go unnoticed. @default 30 s */
    readonly ttl?: Duration;
  };
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default silent */
  readonly logger?: Logger;
  /** Gets `api_key_checks_total` by outcome. @default none */
  readonly meter?: Meter;
}

/** Keys with which programs call in the name of their owner. */
export interface ApiKeys extends AsyncDisposable {
  /**
   * Makes a key.
   * @throws API_KEY_REQUEST_INVALID, API_KEY_OWNER_UNKNOWN, API_KEY_SCOPE_FORBIDDEN, API_KEY_LIMIT_REACHED
   * @throws API_KEY_NOT_ALLOWED for a caller, in the context, who came with an API key
   */
  issue(options: IssueApiKeyOptions): Promise<IssuedApiKey>;
  /** Returns an owner's keys, expired ones too, the oldest first. */
  list(owner: string): Promise<readonly ApiKey[]>;
  /**
   * Gives a key a new secret under its old id. The one it replaces is good for the overlap; one that was replaced before ends at once.
   * @throws API_KEY_NOT_FOUND also for an expired key, API_KEY_CONFLICT for the loser of two at once
   * @throws API_KEY_REQUEST_INVALID, API_KEY_NOT_ALLOWED
   */
  rotate(owner: string, id: string, options: RotateApiKeyOptions): Promise<IssuedApiKey>;
  /** Ends a key. @throws API_KEY_NOT_FOUND */
  revoke(owner: string, id: string): Promise<void>;
  /** Ends all keys of an owner. */
  revokeAll(owner: string): Promise<void>;
  /** Returns the key that a text is, or `undefined`: for reports of leaked keys. Asks the store. */
  identify(text: string): Promise<ApiKey | undefined>;
  /** Reads the header and says who calls. Its callers have `via: 'api-key'`, no roles, and the scopes that the owner still has. */
  readonly scheme: CredentialScheme;
  /** Stops listening to revocations, and waits for what is being written. */
  [Symbol.asyncDispose](): Promise<void>;
}

// What is announced has to be remembered no longer than somebody may hold what was read before.
const margin = 60_000;

/** Makes API keys and verifies them. */
export function apiKeys(options: ApiKeysOptions): ApiKeys {
  const { store, ownerOf, revocations, prefix, header = 'X-API-Key', maxKeys = 20, cache = {}, clock = systemClock, logger = noopLogger, meter = noopMeter } = options;
  const { maxEntries = 10_000, ttl: remembered = { seconds: 30 } } = cache;
  const ttl = toMilliseconds(remembered);
  const format = apiKeyFormat(prefix);
  const rules = apiKeyRules(options);
  const lookups = new KeyLookups({ read: apiKeyReader(store, ownerOf), revocations, clock, maxEntries, ttl });
  const lastUsed = new LastUsed(store, logger, maxEntries);
  const publish = (ids: readonly string[], kind: Invalidation['kind']): Promise<void> => {
    const until = clock.now() + ttl + margin;
    return revocations.publish(ids.map((id) => ({ id, kind, until })));
  };

  const name = header.toLowerCase();
  const scheme: CredentialScheme = {
    name: 'apiKey',
    read: (request) => request.header(name),
    verify: apiKeyVerifier({ format, lookups, lastUsed, revocations, clock, meter }),
    securityScheme: { type: 'apiKey', in: 'header', name: header },
  };

  return {
    scheme,

    async issue({ owner, name, scopes, expiresIn }) {
      refuseKeys();
      const now = clock.now();
      const wanted = { name: rules.name(name), scopes: rules.scopes(scopes), expiresAt: rules.expiresAt(expiresIn, now) };
      const known = await ownerOf(owner);
      if (!known) throw new ApiKeyOwnerUnknown();
      const beyond = wanted.scopes.filter((scope) => !permits(known.permissions, scope));
      if (beyond.length > 0) throw new ApiKeyScopeForbidden({ scopes: beyond });
      const { id, key } = format.make();
      const stored: StoredApiKey = { id, owner, ...wanted, hash: hashToken(key), replaced: undefined, createdAt: new Date(now), rotatedAt: undefined, lastUsedAt: undefined };
      if (!(await store.insert(stored, maxKeys))) throw new ApiKeyLimitReached({ limit: maxKeys });
      return { key, apiKey: shown(stored) };
    },

    list: async (owner) => (await store.list(owner)).map(shown),

    async rotate(owner, id, { overlap, expiresIn }) {
      refuseKeys();
      const now = clock.now();
      const stored = await store.find(id);
      if (stored?.owner !== owner || ended(stored.expiresAt, now)) throw new ApiKeyNotFound();
      const { key } = format.make(id);
      const rotation = {
        id, hash: hashToken(key), rotatedAt: new Date(now),
        replaced: replacedBy(stored, rules.overlapsUntil(overlap, now)),
        expiresAt: expiresIn ? rules.expiresAt(expiresIn, now) : stored.expiresAt,
      };
      await store.join(async () => {
        if (!(await store.rotate({ ...rotation, from: stored.hash }))) throw new ApiKeyConflict();
        await publish([id], 'changed');
      });
      return { key, apiKey: shown({ ...stored, ...rotation }) };
    },

    revoke: (owner, id) => store.join(async () => {
      if (!(await store.remove(owner, id))) throw new ApiKeyNotFound();
      await publish([id], 'revoked');
    }),

    revokeAll: (owner) => store.join(async () => {
      const ids = await store.removeAll(owner);
      if (ids.length > 0) await publish(ids, 'revoked');
    }),

    async identify(text) {
      const id = format.idOf(text);
      const stored = id === undefined ? undefined : await store.find(id);
      const hash = hashToken(text);
      return stored && [stored.hash, stored.replaced?.hash ?? ''].some((one) => constantTimeEqual(one, hash)) ? shown(stored) : undefined;
    },

    async [Symbol.asyncDispose]() {
      lookups[Symbol.dispose]();
      await lastUsed.settled();
    },
  };
}

/** Whoever has stolen a key must not be able to make one that outlives it. */
function refuseKeys(): void {
  if (currentContext()?.caller?.via === 'api-key') throw new ApiKeyNotAllowed();
}

const ended = (at: Date | undefined, now: number): boolean => at !== undefined && at.getTime() <= now;

/** What was about to end does not last longer for having been replaced. */
const replacedBy = ({ hash, expiresAt }: StoredApiKey, until: Date | undefined): StoredApiKey['replaced'] =>
  until && { hash, until: expiresAt && expiresAt < until ? expiresAt : until };

const shown = ({ id, owner, name, scopes, createdAt, rotatedAt, expiresAt, lastUsedAt, replaced }: StoredApiKey): ApiKey =>
  ({ id, owner, name, scopes, createdAt, rotatedAt, expiresAt, lastUsedAt, replacedUntil: replaced?.until });
