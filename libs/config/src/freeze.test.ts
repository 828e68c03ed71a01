import { z } from 'zod';
import { conceal } from './index.js';
import { deepFreeze, isSame } from './freeze.js';

test('plain values are frozen at every depth, others are left to their class', () => {
  const value = deepFreeze({ list: [{ a: 1 }], bytes: new Uint8Array(2), date: new Date(0) });
  expect([value, value.list, value.list[0], value.date].map((part) => Object.isFrozen(part))).toEqual([true, true, true, false]);
});

test('a branded text stays what it is, to the compiler too', () => {
  const Email = z.string().brand<'Email'>();
  const { email } = deepFreeze({ email: Email.parse('ada@example.com') });
  const same: z.output<typeof Email> = email;
  expect(same).toBe('ada@example.com');
});

test.each([
  [1, 1, true], [NaN, NaN, true], [1, '1', false], [{ a: [1] }, { a: [1] }, true], [{ a: 1 }, { b: 1 }, false], [{ a: 1 }, { a: 1, b: undefined }, false], [[1], { 0: 1 }, false],
  [conceal('a'), conceal('a'), true], [conceal('a'), conceal('b'), false], [[conceal('a')], [conceal('b')], false], [new Date(1), new Date(1), true], [new URL('http://a'), new URL('http://a'), true], [new Map(), new Map(), false],
])('sameness %#', (a, b, expected) => {
  expect(isSame(a, b)).toBe(expected);
});
