import { z } from 'zod';
import { coerce } from './coerce.js';
import { duration } from './duration.js';
import { expectation } from './expectation.js';
import { port } from './port.js';
import { secret } from './secret.js';

enum Level { Low = 1, High = 2 }

test.each<[string, z.ZodType, string, unknown]>([
  ['a number', z.number(), ' 1.5e3 ', 1500],
  ['a negative number', z.number(), '-.5', -0.5],
  ['a whole number', z.int(), '+7', 7],
  ['a number behind wrappers', z.number().nullable().optional().default(1).readonly().catch(2), '7', 7],
  ['a piped number', z.number().transform((n) => n * 2).optional(), '7', 7],
  ['a lazy number', z.lazy(() => z.number()), '7', 7],
  ['a big integer', z.bigint(), '9007199254740993', 9_007_199_254_740_993n],
  ['true', z.boolean(), 'True', true], ['1', z.boolean(), '1', true], ['yes', z.boolean(), 'yes', true], ['on', z.boolean(), ' on', true],
  ['false', z.boolean(), 'FALSE', false], ['0', z.boolean(), '0', false], ['no', z.boolean(), 'no', false], ['off', z.boolean(), 'Off', false], ['nothing as false', z.boolean(), '', false],
  ['text', z.string(), ' 7 ', ' 7 '],
  ['a numeric enum', z.enum(Level), '2', 2],
  ['a literal', z.literal([1, 'one', true]), 'true', true],
  ['a literal that is not there', z.literal(1), '2', '2'],
  ['a list', z.array(z.string()), ' a, b ,,c, ', ['a', 'b', 'c']],
  ['an empty list', z.array(z.string()), '', []],
  ['a list of numbers', z.array(z.int()), '1,2', [1, 2]],
  ['a list of objects', z.array(z.object({ A: z.int() })), '[{"A":1}]', [{ A: 1 }]],
  ['a record', z.record(z.string(), z.int()), '{"a":1}', { a: 1 }],
  ['a tuple', z.tuple([z.int(), z.string()]), '[1,"a"]', [1, 'a']],
  ['the first option that fits', z.union([z.int(), z.boolean(), z.string()]), 'yes', true],
  ['no option', z.union([z.int(), z.boolean()]), 'maybe', 'maybe'],
  ['a secret list', secret(z.array(z.int())), '1,2', [1, 2]],
  ['zod\'s own coercion', z.stringbool(), 'yes', 'yes'],
])('%s is read by its type', (_, schema, text, expected) => {
  expect(coerce(schema, text)).toEqual({ value: expected });
});

test.each<[string, z.ZodType, string, string]>([
  ['half a number', z.number(), '12abc', 'expected a number'],
  ['nothing', z.int(), '', 'expected a whole number'],
  ['nothing, where zod would read 0', z.coerce.number(), '', 'expected a number'],
  ['hexadecimal', z.int(), '0x1F', 'expected a whole number'],
  ['infinity', z.number(), 'Infinity', 'expected a number'],
  ['a fraction', z.bigint(), '1.5', 'expected a whole number'],
  ['a word', z.boolean(), 'maybe', 'expected true or false'],
  ['a wrong item', z.array(z.int()), '1,x', 'item 2: expected a whole number'],
  ['broken JSON', z.record(z.string(), z.int()), 'a=1', 'expected a JSON object'],
])('%s is refused', (_, schema, text, fault) => {
  expect(coerce(schema, text)).toEqual({ fault });
});

test.each<[z.ZodType, string]>([
  [port(), 'a whole number from 0 to 65535'],
  [z.number().gt(0).lt(1), 'a number above 0 below 1'],
  [z.number().int().max(5), 'a whole number up to 5'],
  [z.bigint(), 'a whole number'],
  [z.enum(['a', 'b']), 'one of a, b'],
  [z.literal('a'), 'a'],
  [z.url().optional(), 'a URL'],
  [z.array(z.array(z.string())), 'a JSON array'],
  [z.tuple([z.string()]), 'a JSON array'],
  [z.union([z.int(), z.enum(['auto', 'off'])]), 'a whole number or one of auto, off'],
  [duration().optional(), 'a length of time with its unit, such as 30s, 5m or 1h30m'],
  [z.any(), 'a value'],
])('what a schema wants is said in words: %#', (schema, words) => {
  expect(expectation(schema)).toBe(words);
});
