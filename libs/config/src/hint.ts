import type { z } from 'zod';

const marker = Symbol.for('org.enterprise.config.hint');

/** Attaches words for what a schema wants to its transform, where derivations of the schema do not lose it. */
export const withHint = <F extends (...args: never[]) => unknown>(hint: string, transform: F): F => Object.assign(transform, { [marker]: hint });

/** Returns the words given by {@link withHint}. */
export function hintOf(schema: z.core.$ZodType): string | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'transform' ? (def.transform as { [marker]?: string })[marker] : undefined;
}
