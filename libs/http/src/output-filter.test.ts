import { z } from 'zod';
import { compileOutputFilter } from './output-filter.js';

const write = (schema: z.ZodType, value: unknown): unknown => JSON.parse(JSON.stringify(compileOutputFilter(schema, 'data')(value)));

test('only declared fields are written, at every depth', () => {
  const schema = z.object({ id: z.string(), lines: z.array(z.object({ n: z.int() })) });
  expect(write(schema, { id: 'a', secret: 1, lines: [{ n: 1, secret: 2 }] })).toEqual({ id: 'a', lines: [{ n: 1 }] });
});

test('optional fields are left out, nullable ones are null', () => {
  const schema = z.object({ a: z.string().optional(), b: z.string().nullable(), c: z.object({ n: z.int() }).nullable(), d: z.int().nullish() });
  expect(write(schema, { b: null, c: null })).toEqual({ b: null, c: null });
  expect(write(schema, { a: 'x', b: 'y', c: { n: 1, m: 2 }, d: null })).toEqual({ a: 'x', b: 'y', c: { n: 1 }, d: null });
});

test('a union writes the member that fits, without its undeclared fields', () => {
  const card = z.object({ kind: z.literal('card'), last4: z.string() });
  const cash = z.object({ kind: z.literal('cash'), till: z.int() });
  for (const schema of [z.discriminatedUnion('kind', [card, cash]), z.union([card, cash])]) {
    expect(write(z.object({ by: schema }), { by: { kind: 'cash', till: 3, pin: '1234' } })).toEqual({ by: { kind: 'cash', till: 3 } });
    expect(write(z.array(schema), [{ kind: 'card', last4: '1111', number: '4111' }])).toEqual([{ kind: 'card', last4: '1111' }]);
  }
});

test('records, tuples, enums, recursive and loose schemas are written as they are declared', () => {
  interface Tree { name: string; children: Tree[] }
  const tree: z.ZodType<Tree> = z.lazy(() => z.object({ name: z.string(), children: z.array(tree) })).meta({ id: 'Tree' }) as z.ZodType<Tree>;
  expect(write(z.object({ tree }), { tree: { name: 'a', children: [{ name: 'b', children: [], x: 1 }] } })).toEqual({ tree: { name: 'a', children: [{ name: 'b', children: [] }] } });
  expect(write(z.record(z.string(), z.object({ n: z.int() })), { a: { n: 1, x: 2 } })).toEqual({ a: { n: 1 } });
  expect(write(z.object({ pair: z.tuple([z.string(), z.int()]), color: z.enum(['red', 'blue']) }), { pair: ['a', 1], color: 'red' })).toEqual({ pair: ['a', 1], color: 'red' });
  expect(write(z.looseObject({ a: z.int() }), { a: 1, b: { c: 2 } })).toEqual({ a: 1, b: { c: 2 } });
  expect(write(z.object({ a: z.int() }).catchall(z.object({ n: z.int() })), { a: 1, b: { n: 2, x: 3 } })).toEqual({ a: 1, b: { n: 2 } });
  expect(write(z.tuple([z.string()], z.object({ n: z.int() })), ['a', { n: 1, x: 2 }])).toEqual(['a', { n: 1 }]);
  expect(write(z.intersection(z.object({ a: z.int() }), z.object({ b: z.int() })), { a: 1, b: 2, c: 3 })).toEqual({ a: 1, b: 2 });
  expect(write(z.object({ any: z.unknown() }), { any: { deep: [1, null] } })).toEqual({ any: { deep: [1, null] } });
});

test('keys with the names of object internals are data like others', () => {
  const value = JSON.parse('{"__proto__":"a","constructor":"b"}');
  expect(JSON.stringify(compileOutputFilter(z.record(z.string(), z.string()), 'data')(value))).toBe('{"__proto__":"a","constructor":"b"}');
  expect(JSON.stringify(compileOutputFilter(z.object({ ['__proto__']: z.string(), "it's \"quoted\"": z.int() }), 'data')({ ...value, ['__proto__']: 'a', "it's \"quoted\"": 1 }))).toBe('{"__proto__":"a","it\'s \\"quoted\\"":1}');
});

test.each([
  ['a missing field', z.object({ id: z.string() }), {}, 'data answered what its contract does not declare: id: Invalid input: expected string, received undefined'],
  ['an object in the place of a text', z.object({ name: z.string() }), { name: { secret: 1 } }, /name: Invalid input: expected string, received object/],
  ['a list in the place of an object', z.object({ id: z.string() }), ['x'], /data: Invalid input: expected object, received array/],
  ['no number', z.object({ n: z.number() }), { n: NaN }, /n: /],
  ['a text in the place of a number', z.object({ n: z.int() }), { n: '1' }, /n: /],
  ['an unlisted word', z.object({ color: z.enum(['red']) }), { color: 'blue' }, /color: /],
  ['a member of a union that there is not', z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') })]), { kind: 'b' }, /does not declare/],
  ['nothing that fits a union', z.union([z.string(), z.object({ a: z.int() })]), { a: 'x' }, /does not declare/],
  ['null where it is not declared', z.object({ a: z.boolean() }), { a: null }, /a: /],
])('%s is refused, not sent as something else', (_what, schema, value, message) => {
  expect(() => compileOutputFilter(schema as z.ZodType, 'data')(value)).toThrow(message as string);
});

test('what a getter throws is not taken for a value that does not fit', () => {
  const broken = { get id(): string { throw new Error('broken'); } };
  expect(() => compileOutputFilter(z.union([z.object({ id: z.string() }), z.string()]), 'data')(broken)).toThrow('broken');
});

test.each([
  ['a date', z.object({ at: z.date() }), /data\.at is z\.date/],
  ['a coerced number', z.object({ list: z.array(z.coerce.number()) }), /data\.list\[\] is z\.coerce\.number/],
  ['a transform', z.object({ a: z.string().transform(Number) }), /data\.a is z\.pipe/],
  ['a default', z.object({ a: z.string().default('x') }), /data\.a is z\.default/],
  ['a bigint', z.object({ a: z.bigint().nullable() }), /data\.a is z\.bigint/],
  ['a map', z.object({ a: z.map(z.string(), z.string()) }), /data\.a is z\.map/],
  ['a date in a union', z.union([z.string(), z.object({ at: z.date() })]), /data\.at is z\.date/],
])('%s in an answer is refused at the start', (_what, schema, message) => {
  expect(() => compileOutputFilter(schema, 'data')).toThrow(message);
});
