import type { Caller } from '@org/enterprise-kernel';
import type { z } from 'zod';
import type { Schema } from './schema.js';

/** Says who sees a field, by the caller and the object that the field is in; a policy of the auth library is one. */
export interface FieldRule<in O = any> {
  readonly name: string;
  /** Whole sentences, in Markdown, for the API document. */
  readonly description: string;
  /** What the API document says of it in `x-visible-to`, as JSON. */
  readonly document: object;
  shows(caller: Caller, object: O): boolean;
}

/** Who sees a field: those with a permission, or those whom a rule shows it. */
export type VisibleTo = (string & {}) | FieldRule;

const marker = Symbol.for('org.enterprise.http.visible-to');

/**
 * Declares a field of an answer that only some callers see. For others it is left out, in every API version, whatever the
 * handler returns; so it is optional in what clients get.
 * @example
 * z.object({ id: z.string(), email: visibleTo('users:read', z.email()) })
 */
export function visibleTo<S extends z.ZodType>(who: VisibleTo, schema: S): z.ZodOptional<S> {
  if (!who) throw new TypeError('Say who sees the field: a permission, or a rule.');
  const field = schema.optional() as unknown as z.ZodOptional<S>;
  // In the definition, which every schema derived from this one takes over: a description added later must not uncover the field.
  Object.assign(field._zod.def, { [marker]: who });
  return field;
}

/** Who sees what this schema describes, if it was restricted. */
export const restrictionOf = (schema: Schema): VisibleTo | undefined => ((schema as z.ZodType)._zod.def as { [marker]?: VisibleTo })[marker];

export const isVisible = (who: VisibleTo, caller: Caller, object: unknown): boolean =>
  typeof who === 'string' ? caller.permissions.has(who) : who.shows(caller, object);
