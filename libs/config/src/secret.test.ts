import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import { z } from 'zod';
import { fieldsOf } from './fields.js';
import { conceal, isSecret, secret, type Secret } from './secret.js';

const value = 'hunter2-hunter2';
const hidden = conceal(value);

test.each<[string, () => unknown]>([
  ['String()', () => String(hidden)],
  ['toString', () => hidden.toString()],
  ['a template', () => `${hidden as unknown as string}`],
  ['concatenation', () => '' + (hidden as unknown as string)],
  ['JSON', () => JSON.stringify({ hidden, list: [hidden] })],
  ['inspect', () => inspect({ hidden }, { showHidden: true, depth: null, getters: true })],
  ['a format with %s, %o, %O, %j', () => format('%s %o %O %j', hidden, hidden, hidden, hidden)],
  ['an error', () => inspect(new Error(`failed with ${hidden as unknown as string}`, { cause: hidden }))],
  ['keys and entries', () => JSON.stringify([Object.entries(hidden), Reflect.ownKeys(hidden).map(String), { ...hidden }])],
  ['a structured clone', () => inspect(structuredClone(hidden), { showHidden: true })],
  ['serialize', () => serialize(hidden).toString('latin1')],
])('a secret does not show in %s', (_, print) => {
  expect(print()).not.toContain('hunter2');
});

test('only reveal gives the value', () => {
  expect(hidden.reveal()).toBe(value);
  expect(String(hidden)).toBe('[redacted]');
});

test('a secret is recognised by its mark, also from another copy of the library', () => {
  const foreign = Object.create({ [Symbol.for('org.enterprise.config.secret')]: true }) as object;
  expect([hidden, foreign, {}, null, 'x'].map(isSecret)).toEqual([true, true, false, false, false]);
});

test('a secret is an ordinary schema, with a least length or a schema of its own', () => {
  const schema = z.object({ A: secret(), B: secret({ min: 4 }).optional(), C: secret(z.url()).default(conceal('https://c')), D: secret().prefault('d') });
  const parsed = schema.parse({ A: 'a' });
  expect([parsed.A.reveal(), parsed.B, parsed.C.reveal(), parsed.D.reveal()]).toEqual(['a', undefined, 'https://c', 'd']);
  const result = schema.safeParse({ A: '', B: 'abc', C: 'x' });
  expect(result.error?.issues.map(({ path }) => path.join())).toEqual(['A', 'B', 'C']);
  const typed: Secret<string> = parsed.A;
  // @ts-expect-error a secret is not text
  const text: string = parsed.A;
  expect([typed, text]).toEqual([parsed.A, parsed.A]);
});

test.each<[string, z.ZodType, boolean]>([
  ['itself', secret(), true],
  ['optional', secret().optional(), true],
  ['described and with a default', secret().describe('x').default(conceal('y')), true],
  ['refined', secret().refine(() => true), true],
  ['transformed', secret().transform((s) => s.reveal().length), true],
  ['in a list', z.array(secret()), true],
  ['in an object of a record', z.record(z.string(), z.object({ KEY: secret() })), true],
  ['in a union', z.union([z.literal('off'), secret()]), true],
  ['lazy', z.lazy(() => secret()), true],
  ['a string', z.string(), false],
  ['a literal', z.literal('secret'), false],
  ['recursive', z.lazy(function self(): z.ZodType { return recursive; }), false],
])('a setting is secret or not: %s', (_, schema, expected) => {
  expect(fieldsOf(z.object({ KEY: schema })).fields.get('KEY')?.secret).toBe(expected);
});

const recursive: z.ZodType = z.union([z.string(), z.array(z.lazy(() => recursive))]);
