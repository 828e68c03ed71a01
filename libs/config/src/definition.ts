import type { z } from 'zod';
import { fieldsOf, type SchemaFields } from './fields.js';
import type { ConfigSource } from './source.js';
import { standardSources, type ConfigRuntime } from './sources/standard.js';

const marker = Symbol.for('org.enterprise.config.definition');

export interface DefineConfigOptions<S extends z.ZodObject> {
  /** The settings: keys in UPPER_SNAKE_CASE; nested objects are groups. */
  readonly schema: S;
  /** Lowest precedence first; a function gets what the process has. @default standardSources */
  readonly sources?: readonly ConfigSource[] | ((runtime: ConfigRuntime) => readonly ConfigSource[]);
}

/** Schema and sources in one value, for the application and the command line alike. */
export interface ConfigDefinition<S extends z.ZodObject = z.ZodObject> {
  readonly schema: S;
  readonly fields: SchemaFields;
  sources(runtime: ConfigRuntime): readonly ConfigSource[];
  readonly [marker]: true;
}

/**
 * Describes the settings of a program.
 * @throws TypeError for a key that no environment variable could carry, or that clashes with another
 */
export function defineConfig<S extends z.ZodObject>({ schema, sources = standardSources }: DefineConfigOptions<S>): ConfigDefinition<S> {
  return {
    schema,
    fields: fieldsOf(schema),
    sources: typeof sources === 'function' ? sources : () => sources,
    [marker]: true,
  };
}

/** Tells whether a value is a {@link ConfigDefinition}, from whichever copy of this library. */
export const isDefinition = (value: unknown): value is ConfigDefinition => typeof value === 'object' && value !== null && marker in value;
