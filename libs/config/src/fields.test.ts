import { z } from 'zod';
import { fieldsOf } from './fields.js';
import { secret } from './secret.js';

test('settings are listed with what their schema says about them', () => {
  const { fields, groups } = fieldsOf(z.object({
    PORT: z.int().describe('Where to listen.').default(3000),
    DEBUG: z.boolean().optional(),
    DATABASE: z.object({ URL: z.string(), POOL: z.object({ MAX: z.int().prefault(5) }).optional() }),
  }));
  expect([...fields.values()].map(({ schema: _, ...field }) => field)).toEqual([
    { key: 'PORT', path: ['PORT'], secret: false, flag: false, required: false, default: { value: 3000 }, description: 'Where to listen.' },
    { key: 'DEBUG', path: ['DEBUG'], secret: false, flag: true, required: false },
    { key: 'DATABASE__URL', path: ['DATABASE', 'URL'], secret: false, flag: false, required: true },
    { key: 'DATABASE__POOL__MAX', path: ['DATABASE', 'POOL', 'MAX'], secret: false, flag: false, required: false, default: { value: 5 } },
  ]);
  expect([...groups]).toEqual([
    ['DATABASE', { path: ['DATABASE'], optional: false }],
    ['DATABASE__POOL', { path: ['DATABASE', 'POOL'], optional: true }],
  ]);
});

test.each(['port', 'A__B', '_A', 'A_', '1A', 'A-B', '__proto__'])('%j cannot be the name of a setting', (name) => {
  expect(() => fieldsOf(z.object(Object.fromEntries([[name, z.string()]])))).toThrow(TypeError);
  expect(() => fieldsOf(z.object({ GROUP: z.object(Object.fromEntries([[name, z.string()]])) }))).toThrow('must be UPPER_SNAKE_CASE');
});

test('a secret whose file\'s name would be a setting is refused', () => {
  expect(() => fieldsOf(z.object({ KEY: secret(), KEY_FILE: z.string() }))).toThrow('KEY_FILE');
  expect(fieldsOf(z.object({ LOG: z.string(), LOG_FILE: z.string() })).fields.size).toBe(2);
});
