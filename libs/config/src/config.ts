import { systemClock, type Clock } from '@org/enterprise-kernel';
import type { z } from 'zod';
import { defineConfig, isDefinition, type ConfigDefinition, type DefineConfigOptions } from './definition.js';
import { ConfigInvalid } from './errors.js';
import { explain, type Explanation } from './explain.js';
import { formatFaults } from './fault.js';
import type { Frozen } from './freeze.js';
import { liveConfig, type LiveConfig } from './live.js';
import { resolve } from './resolve.js';
import type { ConfigRuntime } from './sources/standard.js';

/** The settings of a program. */
export interface Config<V extends object> extends LiveConfig<V> {
  /**
   * Tells where a setting comes from and what it overrode.
   * @param key as the environment has it: `PORT`, `DATABASE__POOL_MAX`
   * @throws TypeError if there is no such setting
   */
  explain(key: string): Explanation;
}

export interface LoadConfigOptions extends Partial<ConfigRuntime> {
  /** @default systemClock */
  readonly clock?: Clock;
  /** Gives up loading. */
  readonly signal?: AbortSignal;
}

/**
 * Reads, merges and validates the settings.
 * @throws ConfigInvalid with every fault there is
 */
export async function loadConfig<S extends z.ZodObject>(
  options: ConfigDefinition<S> | DefineConfigOptions<S>,
  { clock = systemClock, signal, directory = '.', ...rest }: LoadConfigOptions = {},
): Promise<Config<Frozen<z.output<S>>>> {
  const definition = isDefinition(options) ? options as ConfigDefinition<S> : defineConfig(options);
  const sources = definition.sources({ directory, ...rest });
  const read = (stop?: AbortSignal) => resolve({ schema: definition.schema, fields: definition.fields, sources, directory, signal: stop });

  const first = await read(signal);
  if (!first.values) throw new ConfigInvalid([...first.faults], { message: formatFaults(first.faults) });
  let current = first;
  const live = liveConfig({
    first: first.values, clock, sources,
    files: () => current.secretFiles,
    async read(stop) {
      const next = await read(stop);
      if (next.values) {
        current = next;
        return { values: next.values };
      }
      return { error: new ConfigInvalid([...next.faults], { message: formatFaults(next.faults) }), outage: next.outage };
    },
  });
  return Object.assign(live, { explain: (key: string) => explain(key, definition.fields, current.candidates) });
}
