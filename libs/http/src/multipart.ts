import { z } from 'zod';
import { readBytes } from './body.js';
import { PayloadTooLarge, ValidationFailed, type Fault } from './errors.js';
import { parseParts, type Part } from './multipart-parser.js';
import { bodySchema } from './special-body.js';
import { compileValidator } from './validate.js';

/** A file that a client sent, in memory. */
export interface UploadedFile {
  /** The client's name for it, without a path or control characters. Show it; do not store under it. */
  readonly filename: string;
  /** What the client says it is, in lower case; look at the bytes before you rely on it. */
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly size: number;
}

export interface FileRule {
  /** Bytes of one file. */
  readonly maxSize: number;
  /** Content types that a client may name, `image/*` too. @default any */
  readonly types?: readonly string[];
  /** @default true */
  readonly required?: boolean;
  /** Makes it a list of at most this many. @default one file, no list */
  readonly maxCount?: number;
}

export interface MultipartOptions<F extends z.ZodObject, R extends Readonly<Record<string, FileRule>>> {
  /** The text fields; numbers and booleans are read from their text, a repeated field is an array. */
  readonly fields: F;
  readonly files: R;
  /** Bytes of one text field. @default 64 KiB */
  readonly maxFieldSize?: number;
  /** Fields and files together. @default 100, and what `files` allows */
  readonly maxParts?: number;
}

/** What a handler gets as its body. */
export interface Multipart<F extends z.ZodObject, R extends Readonly<Record<string, FileRule>>> {
  readonly fields: z.output<F>;
  readonly files: { readonly [K in keyof R]: UploadedOf<R[K]> };
}

type UploadedOf<R extends FileRule> = R extends { readonly maxCount: number } ? readonly UploadedFile[]
  : R extends { readonly required: false } ? UploadedFile | undefined
  : UploadedFile;

/**
 * A body of fields and files (`multipart/form-data`), held in memory up to the sum of what is allowed. Everything that is
 * wrong with it is told at once; a file or body that is too large is 413.
 *
 * Browsers send such a form to other origins without asking (no preflight): a route that trusts a cookie needs protection
 * against forgery of its own.
 */
export function multipart<F extends z.ZodObject, const R extends Readonly<Record<string, FileRule>>>(
  { fields, files, maxFieldSize = 65_536, maxParts }: MultipartOptions<F, R>,
): z.ZodCustom<Multipart<F, R>, FormData> {
  const rules = new Map<string, FileRule>(Object.entries(files));
  for (const name of rules.keys()) if (Object.hasOwn(fields.shape, name)) throw new TypeError(`"${name}" is both a field and a file.`);
  const most = [...rules.values()].reduce((sum, { maxCount = 1 }) => sum + maxCount, 0);
  const limits = { parts: maxParts ?? most + 100, fieldSize: maxFieldSize, fileSize: Math.max(0, ...[...rules.values()].map(({ maxSize }) => maxSize)) + 1 };
  const total = [...rules.values()].reduce((sum, { maxSize, maxCount = 1 }) => sum + maxSize * maxCount, 0) + 1_048_576;
  const validate = compileValidator(fields, { in: 'body', coerce: true });

  return bodySchema<Multipart<F, R>, FormData>({
    types: ['multipart/form-data'],
    limit: total,
    async read(exchange, limit) {
      const { body } = exchange.request;
      if (body.parsed) throw new TypeError('This form was read by a body parser before: mount the dispatcher in front of it, or leave this address out of it.');
      const parts = await parseParts(exchange.header('content-type')!, await readBytes(body, exchange.header('content-length'), limit), limits);
      const faults: Fault[] = [];
      const read = {
        fields: validate(fieldsOf(parts, rules, maxFieldSize, faults), faults) as z.output<F>,
        files: filesOf(parts, rules, fields.shape, faults) as Multipart<F, R>['files'],
      };
      if (faults.length > 0) throw new ValidationFailed({ faults });
      return read;
    },
    schema: () => documentOf(fields, rules),
  });
}

const shown = (name: string): string => name.slice(0, 100);
const fault = (name: string, message: string): Fault => ({ path: shown(name), message, in: 'body' });

/** Without a prototype: a field may have any name. */
function fieldsOf(parts: readonly Part[], rules: ReadonlyMap<string, FileRule>, maxSize: number, faults: Fault[]): Record<string, unknown> {
  const values = Object.create(null) as Record<string, string | string[]>;
  for (const part of parts) {
    if (part.kind === 'file') continue;
    const { name, value, truncated } = part;
    if (rules.has(name)) faults.push(fault(name, 'must be a file'));
    else if (truncated) faults.push(fault(name, `is longer than ${maxSize} bytes`));
    else {
      const before = values[name];
      values[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
    }
  }
  return values;
}

function filesOf(parts: readonly Part[], rules: ReadonlyMap<string, FileRule>, fields: object, faults: Fault[]): object {
  const found = new Map<string, UploadedFile[]>([...rules.keys()].map((name) => [name, []]));
  for (const part of parts) {
    if (part.kind === 'field') continue;
    const { name, filename, type, bytes } = part;
    const rule = rules.get(name);
    if (!rule) faults.push(fault(name, Object.hasOwn(fields, name) ? 'must not be a file' : 'is not known here'));
    else if (bytes.length > rule.maxSize) throw new PayloadTooLarge({ limit: rule.maxSize }, { message: `The file "${name}" is larger than ${rule.maxSize} bytes.` });
    // A browser sends an empty part for a file field that was left empty.
    else if (bytes.length > 0 || filename !== 'unnamed') {
      if (rule.types && !rule.types.some((allowed) => fits(type, allowed.toLowerCase()))) faults.push(fault(name, `must be ${rule.types.join(' or ')}`));
      found.get(name)!.push({ filename, type, bytes, size: bytes.length });
    }
  }
  return Object.fromEntries([...found].map(([name, uploaded]) => {
    const { required = true, maxCount } = rules.get(name)!;
    const sentAsField = parts.some((part) => part.kind === 'field' && part.name === name);
    if (required && uploaded.length === 0 && !sentAsField) faults.push(fault(name, 'is required'));
    if (uploaded.length > (maxCount ?? 1)) faults.push(fault(name, `takes at most ${maxCount ?? 1} file${(maxCount ?? 1) === 1 ? '' : 's'}`));
    return [name, maxCount === undefined ? uploaded[0] : uploaded];
  }));
}

const fits = (type: string, allowed: string): boolean => (allowed.endsWith('/*') ? type.startsWith(allowed.slice(0, -1)) : type === allowed);

/** Files beside the fields, as OpenAPI describes a form. */
function documentOf(fields: z.ZodObject, rules: ReadonlyMap<string, FileRule>): object {
  const { $schema: _, ...schema } = z.toJSONSchema(fields, { io: 'input', unrepresentable: 'any' });
  const file = { type: 'string', format: 'binary' };
  const described = [...rules].map(([name, { maxCount }]) => [name, maxCount === undefined ? file : { type: 'array', items: file, maxItems: maxCount }]);
  const required = [...(schema.required ?? []), ...[...rules].filter(([, rule]) => rule.required !== false).map(([name]) => name)];
  return { ...schema, properties: { ...schema.properties, ...Object.fromEntries(described) }, ...(required.length > 0 && { required }) };
}
