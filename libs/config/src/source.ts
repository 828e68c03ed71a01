import type { Clock, Duration } from '@org/enterprise-kernel';
import type { ConfigFault } from './fault.js';

/**
 * A place that settings come from. Write one as a function that returns this interface; see "Write a source" in the
 * README.
 */
export interface ConfigSource {
  /** Shown to people, e.g. `.env.dev` or `etcd`. */
  readonly name: string;
  /**
   * Reads everything the source has now. A rejection counts as an outage: it fails the first load, and later the last
   * good values stay and the load is tried again.
   */
  load(request: LoadRequest): Promise<LoadedSource>;
  /** Calls `onChange` whenever {@link ConfigSource.load} may give something new; spurious calls are harmless. */
  watch?(onChange: () => void, request: WatchRequest): AsyncDisposable;
  /**
   * Whether a key that the schema does not have is a fault, as it should be where only this application's settings are,
   * or is none of our business, as in the environment. @default fault
   */
  readonly unknownKeys?: 'fault' | 'ignore';
  /** Whether the values are stated for this one run and so outrank, rather than contradict, a `<KEY>_FILE`. @default false */
  readonly explicit?: boolean;
}

export interface LoadRequest {
  /** The settings that the schema declares. */
  readonly fields: readonly ConfigField[];
  /** Aborted when the result is of no use any more. */
  readonly signal?: AbortSignal | undefined;
}

export interface WatchRequest {
  readonly clock: Clock;
  /** How often to look, for a source that has to poll. */
  readonly pollInterval: Duration;
}

export interface LoadedSource {
  /** Where one key occurs twice, the last entry counts. */
  readonly entries: readonly ConfigEntry[];
  /** What could not be understood; reported together with every other fault. @default none */
  readonly faults?: readonly ConfigFault[];
}

export interface ConfigEntry {
  /** A key of the schema; the keys of a nested schema are joined by `__`. */
  readonly key: string;
  /** Text, which is read by the schema's type, or a value that has its type already; an object for a nested schema. */
  readonly value: unknown;
  /** Where it stands, e.g. `.env.dev:12`. */
  readonly location: string;
  /** Where a part of `value` stands. @default the location of the entry */
  readonly locate?: (path: readonly string[]) => string;
}

/** A setting that the schema declares, as a source sees it. */
export interface ConfigField {
  /** Path joined by `__`, e.g. `DATABASE__POOL_MAX`. */
  readonly key: string;
  readonly path: readonly string[];
  readonly secret: boolean;
  /** Whether it is a boolean, which needs no value on a command line. */
  readonly flag: boolean;
}
