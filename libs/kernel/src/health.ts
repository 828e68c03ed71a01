import type { Duration } from './duration.js';

/** One dependency's health, asked by a readiness probe. */
export interface HealthCheck {
  /** Stable, e.g. `postgres` or `kafka.producer`. */
  readonly name: string;
  /** How long the check may take before it counts as failed. @default the registry's */
  readonly timeout?: Duration;
  /** Whether a failure makes the service unready, or is only shown. @default true */
  readonly critical?: boolean;
  /** Resolves when healthy, optionally with details to show operators; rejects when not. `signal` aborts at the time-out. */
  check(signal: AbortSignal): Promise<HealthDetails | void>;
}

export interface HealthDetails { readonly [detail: string]: string | number | boolean }

/** A check that always passes, for a part that has nothing to ask. */
export const alwaysHealthy = (name: string): HealthCheck => ({ name, check: async () => {} });
