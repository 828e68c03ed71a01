import { uuidv7, type DomainEvent } from '@org/enterprise-kernel';
import type { z } from 'zod';
import { EventUnreadable } from './errors.js';

export interface DefineEventOptions<Schema extends z.ZodType> {
  /** Shape of the payload as it leaves the process: snake_case and JSON alone. */
  readonly schema: Schema;
  /** Id of the aggregate that the event happened to; events of one key are delivered in order. */
  readonly key: (payload: z.output<Schema>) => string;
  /** Rises when the payload changes in a way that readers notice. @default 1 */
  readonly version?: number;
  /** Makes a payload of the next version out of one of version n; one for each version before this one. */
  readonly upcasters?: Readonly<Record<number, (payload: any) => unknown>>;
}

/** A kind of event: a function that makes one of a payload, with what is known of all of them. */
export interface EventType<Type extends string = string, Payload = unknown> {
  (payload: Payload): DomainEvent<Type, Payload>;
  readonly type: Type;
  readonly version: number;
  readonly schema: z.ZodType<Payload>;
  /** Reads a stored payload of any version up to this one. @throws EVENT_UNREADABLE */
  read(payload: unknown, version: number): Payload;
}

/** An {@link EventType} of whatever payload, where only its name and its reader count. */
export type AnyEventType = EventType<string, any>;

/** The event that an {@link EventType} makes; of several types, any of theirs. */
export type EventOf<Kind extends AnyEventType> = Kind extends EventType<infer Type, infer Payload> ? DomainEvent<Type, Payload> : never;

/**
 * Declares a kind of event. Its name says what happened to which aggregate: `order.placed`.
 * @throws TypeError when an upcaster is missing or too many
 */
export function defineEvent<const Type extends string, Schema extends z.ZodType>(type: Type, options: DefineEventOptions<Schema>): EventType<Type, z.output<Schema>> {
  const { schema, key, version = 1, upcasters = {} } = options;
  assertUpcasters(type, version, upcasters);
  const make = (payload: z.output<Schema>): DomainEvent<Type, z.output<Schema>> => ({ id: uuidv7(), type, version, key: key(payload), payload });
  return Object.assign(make, {
    type, version, schema: schema as z.ZodType<z.output<Schema>>,
    read(payload: unknown, from: number): z.output<Schema> {
      const unreadable = (reason: string, cause?: unknown) => new EventUnreadable({ type, version: from, reason }, { cause });
      if (!Number.isInteger(from) || from < 1 || from > version) throw unreadable(`versions 1 to ${version} are known here`);
      let current = payload;
      for (let each = from; each < version; each++) {
        try {
          current = upcasters[each]!(current);
        } catch (cause) {
          throw unreadable(`the upcaster from version ${each} failed`, cause);
        }
      }
      const result = schema.safeParse(current);
      if (result.success) return result.data;
      throw unreadable(result.error.issues.map(({ path, message }) => `${path.join('.') || '(payload)'}: ${message}`).join('; '));
    },
  });
}

function assertUpcasters(type: string, version: number, upcasters: Readonly<Record<number, unknown>>): void {
  if (!Number.isInteger(version) || version < 1) throw new TypeError(`The version of ${type} must be a whole number from 1.`);
  const needed = Array.from({ length: version - 1 }, (_, i) => String(i + 1));
  const given = Object.keys(upcasters);
  if (needed.join() !== given.join()) throw new TypeError(`${type} is at version ${version} and needs upcasters for ${needed.join(', ') || 'none'}, not for ${given.join(', ') || 'none'}.`);
}
