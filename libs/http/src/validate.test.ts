import { z } from 'zod';
import type { Fault } from './errors.js';
import { compileValidator } from './validate.js';

const check = (schema: z.ZodType, value: unknown, coerce = false): { value: unknown; faults: string[] } => {
  const faults: Fault[] = [];
  const result = compileValidator(schema, { in: 'body', coerce })(value, faults);
  return { value: result, faults: faults.map(({ path, message }) => `${path}: ${message}`) };
};

describe('undeclared keys', () => {
  const item = z.object({ n: z.int() });
  test.each([
    ['an object', z.object({ a: item }), { a: { n: 1, x: 1 }, y: 2 }, ['a.x', 'y']],
    ['a list', z.object({ a: z.array(item) }), { a: [{ n: 1 }, { n: 2, x: 1 }] }, ['a.1.x']],
    ['a tuple', z.tuple([item, z.string()]), [{ n: 1, x: 1 }, 's'], ['0.x']],
    ['a record', z.record(z.string(), item), { k: { n: 1, x: 1 } }, ['k.x']],
    ['optional, nullable, default and readonly', z.object({ a: item.optional(), b: item.nullable(), c: item.default({ n: 1 }), d: item.readonly() }), { a: { n: 1, x: 1 }, b: { n: 1, x: 1 }, c: { n: 1, x: 1 }, d: { n: 1, x: 1 } }, ['a.x', 'b.x', 'c.x', 'd.x']],
    ['a transform', z.object({ a: item.transform(({ n }) => n) }), { a: { n: 1, x: 1 } }, ['a.x']],
    ['a strict object, told once', z.object({ a: z.strictObject({ n: z.int() }) }), { a: { n: 1, x: 1 } }, ['a.x']],
    ['the member of a union that fits', z.union([z.object({ a: z.int() }), z.object({ b: z.int() })]), { b: 1, x: 1 }, ['x']],
    ['no member of a union that has all keys', z.union([z.object({ a: z.int() }), z.object({ a: z.int(), b: z.int() })]), { a: 1, b: 1 }, []],
    ['nothing of a loose object', z.looseObject({ a: z.int() }), { a: 1, x: 1 }, []],
    ['nothing of an intersection', z.intersection(z.object({ a: z.int() }), z.object({ b: z.int() })), { a: 1, b: 1 }, []],
  ])('are told of %s', (_what, schema, value, paths) => {
    expect(check(schema as z.ZodType, value).faults).toEqual(paths.map((path) => `${path}: is not known here`));
  });

  test('are told of a recursive schema', () => {
    interface Tree { kids: Tree[] }
    const tree: z.ZodType<Tree> = z.object({ get kids() { return z.array(tree); } });
    expect(check(tree, { kids: [{ kids: [{ kids: [], x: 1 }] }] }).faults).toEqual(['kids.0.kids.0.x: is not known here']);
    const lazy: z.ZodType<Tree> = z.lazy(() => z.object({ kids: z.array(lazy) }));
    expect(check(lazy, { kids: [{ kids: [], x: 1 }] }).faults).toEqual(['kids.0.x: is not known here']);
  });

  test('with the names of object internals are keys like others', () => {
    expect(check(z.object({ a: z.int() }), JSON.parse('{"a":1,"__proto__":{"b":1},"constructor":1,"toString":1}')).faults)
      .toEqual(['__proto__: is not known here', 'constructor: is not known here', 'toString: is not known here']);
    expect(({} as { b?: number }).b).toBeUndefined();
  });
});

describe('strings of an address', () => {
  test.each([
    [z.int(), '12', 12], [z.int(), '-3', -3], [z.number(), '1.5', 1.5], [z.number(), '1e3', 1000], [z.boolean(), 'true', true], [z.boolean(), '0', false],
    [z.literal(2), '2', 2], [z.array(z.int()), '1', [1]], [z.array(z.int()), ['1', '2'], [1, 2]], [z.array(z.string()), 'a', ['a']],
    [z.int().optional(), undefined, undefined], [z.int().default(7), undefined, 7], [z.union([z.int(), z.literal('all')]), '3', 3], [z.union([z.int(), z.literal('all')]), 'all', 'all'],
    [z.string(), '12', '12'], [z.int().nullable(), '4', 4],
  ])('%# become what the schema says', (schema, text, value) => {
    expect(check(z.object({ a: schema as z.ZodType }), { a: text }, true)).toEqual({ value: value === undefined ? { a: undefined } : { a: value }, faults: [] });
  });
  test.each(['12abc', '', ' 1', '0x10', 'NaN', 'Infinity', '1_000', '1e9999', '9007199254740993'])('"%s" is no whole number', (text) => {
    expect(check(z.object({ a: z.int() }), { a: text }, true).faults).toHaveLength(1);
  });
  test('a scalar given twice is refused', () => {
    expect(check(z.object({ a: z.int() }), { a: ['1', '2'] }, true).faults).toEqual(['a: expected number, received array']);
  });
});

test('what is missing is called missing', () => {
  expect(check(z.object({ a: z.string(), b: z.object({ c: z.int() }) }), { b: {} }).faults).toEqual(['a: is required', 'b.c: is required']);
});
