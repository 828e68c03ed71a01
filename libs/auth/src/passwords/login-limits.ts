import { toMilliseconds, type Duration } from '@org/enterprise-kernel';
import { hashToken } from '../crypto/index.js';
import type { AttemptLimit } from './attempt-store.js';

export interface LoginLimit {
  /** After so many failures the next attempt has to wait. */
  readonly free: number;
  /** How long it waits first; twice as long after every further failure. */
  readonly firstDelay: Duration;
  /** How long it waits at most. */
  readonly maxDelay: Duration;
  /** In what time one failure is forgotten. */
  readonly recovery: Duration;
}

/** What is counted: guesses at an account from one address or device, at an account from everywhere else, and from an address. */
export type LoginLimitKind = 'pair' | 'account' | 'address' | 'device';

export type LoginLimits = Readonly<Record<LoginLimitKind, LoginLimit>>;

const minute = { minutes: 1 };
const own: LoginLimit = { free: 5, firstDelay: { seconds: 1 }, maxDelay: { minutes: 15 }, recovery: { minutes: 15 } };

export const defaultLoginLimits: LoginLimits = {
  pair: own,
  device: own,
  account: { free: 20, firstDelay: { seconds: 10 }, maxDelay: { minutes: 10 }, recovery: { minutes: 10 } },
  address: { free: 100, firstDelay: { seconds: 1 }, maxDelay: minute, recovery: { seconds: 30 } },
};

export type LimitOf = (kind: LoginLimitKind, ...of: readonly string[]) => NamedLimit;

export interface NamedLimit extends AttemptLimit { readonly kind: LoginLimitKind }

/** Makes the function that returns the limit of a kind for whom it counts. @throws TypeError for limits that cannot be */
export function limitsOf(limits: LoginLimits): LimitOf {
  const entries = Object.entries(limits).map(([kind, { free, firstDelay, maxDelay, recovery }]) => {
    if (!Number.isInteger(free) || free < 1) throw new TypeError(`The limit ${kind} must let at least 1 attempt pass, not ${free}.`);
    const times = { firstDelay: toMilliseconds(firstDelay), maxDelay: toMilliseconds(maxDelay), recovery: toMilliseconds(recovery) };
    for (const [name, value] of Object.entries(times)) if (value < 1) throw new TypeError(`${name} of the limit ${kind} must be at least 1 ms.`);
    return [kind, { kind, free, ...times }] as const;
  });
  const compiled = Object.fromEntries(entries) as unknown as Record<LoginLimitKind, Omit<NamedLimit, 'key'>>;
  return (kind, ...of) => ({ ...compiled[kind], key: keyOf(kind, ...of) });
}

/** Names something without telling what: people type passwords where an account is asked for. */
export const keyOf = (...parts: readonly string[]): string => hashToken(JSON.stringify(parts));
