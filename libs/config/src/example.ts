import { expectation } from './expectation.js';
import { formatDuration, isDuration } from './duration.js';
import type { SchemaField, SchemaFields } from './fields.js';

/** Writes a `.env.example`: every setting with its description, what it takes and its default; secrets blank. */
export const exampleOf = ({ fields }: SchemaFields): string => [...fields.values()].map(block).join('\n');

function block(field: SchemaField): string {
  const { key, schema, secret, required, default: fallback, description } = field;
  const facts = [secret ? `secret, or ${key}_FILE=<path>` : expectation(schema), required ? 'required' : 'optional'].join('; ');
  const comments = [...(description?.split('\n') ?? []), facts].map((line) => `# ${line}\n`).join('');
  const value = secret || !fallback ? '' : quote(written(fallback.value));
  // Only what must be filled in stands as an assignment, so that a copied example overrides nothing by accident.
  return `${comments}${required ? '' : '#'}${key}=${value}\n`;
}

/** Writes a value the way the schema reads it from text. */
function written(value: unknown): string {
  if (isDuration(value)) return formatDuration(value);
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Quotes text that dotenv would not read back as it is. */
function quote(text: string): string {
  if (/^[^\s'"`#][^'"`#\n\r]*$/.test(text) && text.trim() === text || text === '') return text;
  const mark = ["'", '`', '"'].find((candidate) => !text.includes(candidate));
  return mark ? `${mark}${text}${mark}` : text;
}
