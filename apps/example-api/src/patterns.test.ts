import { z } from 'zod';
import { HttpDispatcher } from './dispatcher.js';
import { testApi, type TestApi } from './testing.js';

/** Every regular expression in a schema, by where it stands. */
function patternsOf(schema: unknown, place: string, found = new Map<string, RegExp>(), seen = new Set<unknown>()): Map<string, RegExp> {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return found;
  seen.add(schema);
  if (schema instanceof RegExp) return found.set(`${place}: ${schema.source.slice(0, 60)}`, schema);
  if (schema instanceof z.ZodType || '_zod' in schema) return patternsOf((schema as { readonly _zod: { readonly def: object; readonly bag: object } })._zod.def, place, patternsOf((schema as any)._zod.bag, place, found, seen), seen);
  for (const each of schema instanceof Map || schema instanceof Set ? schema.values() : Object.values(schema)) patternsOf(each, place, found, seen);
  return found;
}

const repeated = ['a', 'a.', '-', ' ', '@', '0', '%', 'a@', 'a-', '.a', '\u00e4', '1:', 'T', '{', '\\', '/'];
const endings = ['', '!', '\u0000', '@', '.', ' x'];

/**
 * Tells whether some hostile text keeps a pattern busy. An exponential one is found with 26 characters, a quadratic one with
 * 60,000, by a limit that a linear one misses by far, whatever the machine.
 */
function isSlow(pattern: RegExp): boolean {
  for (const length of [26, 1_000, 60_000]) {
    for (const text of repeated) {
      for (const ending of endings) {
        const hostile = text.repeat(length / text.length) + ending;
        pattern.lastIndex = 0;
        const begun = process.cpuUsage();
        pattern.test(hostile);
        const { user, system } = process.cpuUsage(begun);
        if (user + system > 250_000) return true;
      }
    }
  }
  return false;
}

describe('the patterns of all contracts', () => {
  let api: TestApi;
  beforeAll(async () => { api = await testApi(); });
  afterAll(() => api[Symbol.asyncDispose]());

  test('take no longer for a long text than it is longer', () => {
    const patterns = new Map<string, RegExp>();
    for (const { spec } of api.app.resolve(HttpDispatcher).routes) {
      for (const part of ['params', 'query', 'headers', 'body'] as const) {
        for (const [place, pattern] of patternsOf((spec as unknown as Record<string, unknown>)[part], `${spec.method} ${spec.path} ${part}`)) patterns.set(place, pattern);
      }
    }
    expect(patterns.size).toBeGreaterThan(10);
    const slow = [...patterns].filter(([, pattern]) => isSlow(pattern));
    expect(slow.map(([place]) => place)).toEqual([]);
  });

  test('would be found if they were slow', () => {
    const schema = z.object({ a: z.array(z.string().regex(/^(a+)+$/)).optional() });
    const [pattern] = [...patternsOf(schema, 'test').values()].filter(({ source }) => source === '^(a+)+$');
    expect([isSlow(pattern!), isSlow(/a*b/), isSlow(/^a*$/)]).toEqual([true, true, false]);
  });
});
