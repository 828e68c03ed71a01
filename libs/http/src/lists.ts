import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ValidationFailed } from './errors.js';
import type { Out, Schema } from './schema.js';

export interface ListOptions<Sort extends string, Filters extends Readonly<Record<string, Schema>>> {
  /** Fields that a client may sort by; `-` in front of one sorts downwards. */
  readonly sort: readonly Sort[];
  /** The order of a client that names none: `['-created_at']`. */
  readonly defaultSort: readonly (Sort | `-${Sort}`)[];
  /** Unique field that decides between equal items, so that pages never overlap. @default id */
  readonly tieBreak?: string;
  /** Query parameters that narrow the list; each is optional for the client. @default none */
  readonly filters?: Filters;
  /** @default 20, or `maxPageSize` if that is less */
  readonly defaultPageSize?: number;
  /** @default 100 */
  readonly maxPageSize?: number;
  /** Lets clients page by `cursor` as well. @default false */
  readonly cursor?: boolean;
}

export interface SortTerm<Field extends string = string> {
  readonly field: Field;
  readonly direction: 'asc' | 'desc';
}

/** A list request in the terms of the domain, for a repository. */
export interface ListRequest<Sort extends string = string, Filters = Readonly<Record<string, unknown>>> {
  /** From 1; `undefined` when paging by cursor. */
  readonly page: number | undefined;
  readonly pageSize: number;
  /** Ends with the tie-break. */
  readonly sort: readonly SortTerm<Sort>[];
  readonly filters: Filters;
  /** Values of the sort fields of the last item seen, in their order; `undefined` at the beginning. */
  readonly after: readonly SortKey[] | undefined;
}

export type SortKey = string | number | boolean | null;

/** What a repository returns for a {@link ListRequest}. */
export interface ListResult<Item> {
  readonly items: readonly Item[];
  /** How many there are altogether; needed by page, not by cursor. */
  readonly total?: number;
  /** Whether there is something after the last item. */
  readonly more: boolean;
}

export type FilterSchemas<F extends Readonly<Record<string, Schema>>> = { [K in keyof F]: z.ZodOptional<F[K] & z.ZodType> };
export type FilterValues<F extends Readonly<Record<string, Schema>>> = { readonly [K in keyof F]?: Out<F[K]> | undefined };

export interface PageFields { page: z.ZodDefault<z.ZodInt>; page_size: z.ZodDefault<z.ZodInt>; sort: z.ZodDefault<z.ZodString> }
export interface CursorFields { page: z.ZodOptional<z.ZodInt>; page_size: z.ZodDefault<z.ZodInt>; sort: z.ZodDefault<z.ZodString>; cursor: z.ZodOptional<z.ZodString> }

/** What of a list's answer is not its items. */
export interface PageInfo { readonly page: number; readonly page_size: number; readonly total: number }
export interface CursorInfo { readonly page?: number | undefined; readonly page_size: number; readonly total?: number | undefined; readonly next_cursor: string | null }

/** A declared list: its query for the contract, and the way from there to a repository and back. */
export interface List<Sort extends string, Filters extends Readonly<Record<string, Schema>>, Fields extends z.ZodRawShape, Info> {
  /** For a route's `query`. */
  readonly query: z.ZodObject<Fields & FilterSchemas<Filters>>;
  /** Reads a validated query. @throws VALIDATION_FAILED for a cursor that was not made for this sort and these filters */
  read(query: Readonly<Record<string, unknown>>): ListRequest<Sort, FilterValues<Filters>>;
  /** Says which page a result is. `key` gives an item's value of a sort field. */
  info<Item>(request: ListRequest<Sort, FilterValues<Filters>>, result: ListResult<Item>, key: (item: Item, field: string) => SortKey): Info;
}

type AnyList = List<any, any, any, any>;

const ownNames = ['page', 'page_size', 'sort', 'cursor'];

/**
 * Declares a list that pages by number: `page`, `page_size`, `sort` and its filters.
 * @throws TypeError for a default page beyond the maximum, a default order that cannot be asked for, or a filter with a name of the list's own
 */
export function list<const Sort extends string, Filters extends Readonly<Record<string, Schema>> = Readonly<Record<never, Schema>>>(options: ListOptions<Sort, Filters> & { readonly cursor: true }): List<Sort, Filters, { [K in keyof CursorFields]: CursorFields[K] }, CursorInfo>;
export function list<const Sort extends string, Filters extends Readonly<Record<string, Schema>> = Readonly<Record<never, Schema>>>(options: ListOptions<Sort, Filters> & { readonly cursor?: false }): List<Sort, Filters, { [K in keyof PageFields]: PageFields[K] }, PageInfo>;
export function list(options: ListOptions<string, Readonly<Record<string, Schema>>>): AnyList {
  const { sort, defaultSort, tieBreak = 'id', filters = {}, maxPageSize = 100, defaultPageSize = Math.min(20, maxPageSize), cursor = false } = options;
  const parseSort = sortParser(sort, tieBreak);
  // A schema takes its own defaults unseen.
  if (defaultPageSize > maxPageSize) throw new TypeError(`A page of ${maxPageSize} at most cannot have ${defaultPageSize} by default.`);
  const wrongOrder = parseSort.fault(defaultSort.join(','));
  if (wrongOrder !== undefined) throw new TypeError(`The default order ${wrongOrder}.`);
  const taken = Object.keys(filters).find((name) => ownNames.includes(name));
  if (taken !== undefined) throw new TypeError(`A filter cannot be called "${taken}", which a list has of its own.`);

  const page = z.int().min(1).max(1_000_000).meta({ description: 'From 1.' });
  const fields = {
    page: cursor ? page.optional() : page.default(1),
    page_size: z.int().min(1).max(maxPageSize).default(defaultPageSize),
    sort: z.string().max(200).check(({ value, issues }) => {
      const fault = parseSort.fault(value);
      if (fault !== undefined) issues.push({ code: 'custom', message: fault, input: value });
    }).default(defaultSort.join(',')).meta({ description: `Comma-separated fields, with - in front for descending: ${sort.join(', ')}.` }),
    ...(cursor && { cursor: z.string().min(1).max(2000).optional().meta({ description: '`next_cursor` of the page before, with the same sort and filters.' }) }),
    ...Object.fromEntries(Object.entries(filters).map(([name, schema]) => [name, (schema as z.ZodType).optional()])),
  };
  const query = z.object(fields).check(({ value, issues }) => {
    const { page: number, cursor: after } = value as { page?: number; cursor?: string };
    if (number !== undefined && after !== undefined) issues.push({ code: 'custom', path: ['cursor'], message: 'cannot be given together with page', input: value });
  });
  const filterNames = Object.keys(filters);
  const used = (given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(filterNames.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));

  return {
    query,
    read(given) {
      const terms = parseSort.terms(given['sort'] as string);
      const filterValues = used(given);
      const after = given['cursor'] === undefined ? undefined : decodeCursor(given['cursor'] as string, terms, filterValues);
      return { page: after ? undefined : ((given['page'] as number | undefined) ?? 1), pageSize: given['page_size'] as number, sort: terms, filters: filterValues, after };
    },
    info(request, { items, total, more }, key) {
      const byPage = { page: request.page, page_size: request.pageSize, total };
      if (!cursor) return byPage;
      const last = items.at(-1);
      const next = more && last !== undefined ? encodeCursor(request.sort.map(({ field }) => key(last, field)), request.sort, request.filters) : null;
      return { ...(request.page === undefined ? { page_size: request.pageSize } : byPage), next_cursor: next };
    },
  } as AnyList;
}

/** Schema of a page by number, for a route's `returns`. */
export const pageOf = <S extends z.ZodType>(item: S) => z.object({ items: z.array(item), page: z.int(), page_size: z.int(), total: z.int() });

/** Schema of a page by cursor; `page` and `total` are there when the client pages by number. */
export const cursorPageOf = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), page: z.int().optional(), page_size: z.int(), total: z.int().optional(), next_cursor: z.string().nullable() });

function sortParser(allowed: readonly string[], tieBreak: string) {
  const known = new Set(allowed);
  const parse = (text: string): SortTerm[] => text.split(',').map((part) => {
    const name = part.trim();
    return name.startsWith('-') ? { field: name.slice(1), direction: 'desc' } : { field: name, direction: 'asc' };
  });
  return {
    fault(text: string): string | undefined {
      const fields = parse(text).map(({ field }) => field);
      const unknown = fields.find((field) => !known.has(field));
      if (unknown !== undefined) return `cannot sort by "${unknown.slice(0, 50)}"; sort by ${allowed.join(', ')}`;
      return new Set(fields).size < fields.length ? 'names a field twice' : undefined;
    },
    terms(text: string): SortTerm[] {
      const terms = parse(text);
      if (terms.some(({ field }) => field === tieBreak)) return terms;
      return [...terms, { field: tieBreak, direction: terms.at(-1)!.direction }];
    },
  };
}

/** A cursor means something only together with the order and the filters it was made for. */
const fingerprint = (sort: readonly SortTerm[], filters: object): string =>
  createHash('sha256').update(JSON.stringify([sort, filters])).digest('base64url').slice(0, 12);

const encodeCursor = (key: readonly SortKey[], sort: readonly SortTerm[], filters: object): string =>
  Buffer.from(JSON.stringify([fingerprint(sort, filters), ...key])).toString('base64url');

function decodeCursor(cursor: string, sort: readonly SortTerm[], filters: object): readonly SortKey[] {
  const refuse = (message: string): never => { throw new ValidationFailed({ faults: [{ path: 'cursor', message, in: 'query' }] }); };
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return refuse('is not a cursor that this list has given');
  }
  if (!Array.isArray(parts) || parts.length !== sort.length + 1 || parts.some((part) => typeof part === 'object' && part !== null)) return refuse('is not a cursor that this list has given');
  const [print, ...key] = parts as [unknown, ...SortKey[]];
  if (print !== fingerprint(sort, filters)) return refuse('was made for another sort or other filters; begin without it');
  return key;
}
