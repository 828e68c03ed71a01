import type { z } from 'zod';
import { expectation, isStructured } from './expectation.js';
import { unwrap } from './fields.js';

type Schema = z.core.$ZodType;

/** A value of the schema's type, or what is wrong with the text. */
export type Coerced = { readonly value: unknown; readonly fault?: undefined } | { readonly fault: string };

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const yes = ['true', '1', 'yes', 'on'];
const no = ['false', '0', 'no', 'off', ''];

/** Reads text as the type that a schema wants; leaves it as it is where the schema wants text. */
export function coerce(schema: Schema, text: string): Coerced {
  const inner = unwrap(schema).inner as z.core.$ZodTypes;
  const { def } = inner._zod;
  const trimmed = text.trim();
  switch (def.type) {
    case 'number':
      return decimal.test(trimmed) ? { value: Number(trimmed) } : wrong(inner);
    case 'bigint':
      return /^-?\d+$/.test(trimmed) ? { value: BigInt(trimmed) } : wrong(inner);
    case 'boolean': {
      const word = trimmed.toLowerCase();
      return yes.includes(word) ? { value: true } : no.includes(word) ? { value: false } : wrong(inner);
    }
    case 'literal': case 'enum': {
      const values = [...inner._zod.values ?? []];
      return { value: values.find((value) => String(value) === text) ?? text };
    }
    case 'array':
      return isStructured(def.element) ? parseJson(text, inner) : coerceList(def.element, text);
    case 'record': case 'object': case 'tuple':
      return parseJson(text, inner);
    case 'union':
      return coerceUnion(def.options, text);
    case 'pipe':
      return coerce(def.in, text);
    default:
      return { value: text };
  }
}

function coerceList(element: Schema, text: string): Coerced {
  const values: unknown[] = [];
  const items = text.split(',').map((item) => item.trim()).filter((item) => item !== '');
  for (const [index, item] of items.entries()) {
    const result = coerce(element, item);
    if (result.fault !== undefined) return { fault: `item ${index + 1}: ${result.fault}` };
    values.push(result.value);
  }
  return { value: values };
}

/** The first option that takes the text decides. */
function coerceUnion(options: readonly Schema[], text: string): Coerced {
  for (const option of options) {
    const result = coerce(option, text);
    if (result.fault === undefined && (option as z.ZodType).safeParse(result.value).success) return result;
  }
  return { value: text };
}

function parseJson(text: string, schema: Schema): Coerced {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return wrong(schema);
  }
}

const wrong = (schema: Schema): Coerced => ({ fault: `expected ${expectation(schema)}` });
