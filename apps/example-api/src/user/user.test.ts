import { randomInt } from 'node:crypto';
import { permissionsOf } from '../auth/roles.js';
import { Email } from './email.js';
import { joinName, personName, splitName } from './person-name.js';
import { assertVersion, changeRoles, changeUser, registerUser, removeUser } from './user.js';

const now = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-01-02T00:00:00Z');
const id = '01890a5d-ac96-774b-bcce-b302099a8057';
const other = '01890a5d-ac96-774b-bcce-b302099a8058';
const draft = { id, email: Email.parse('ada@example.com'), name: { given: 'Ada', family: 'Lovelace' }, roles: ['user'] as const };
const ada = registerUser(draft, now).state;
const admin = registerUser({ ...draft, roles: ['admin'] }, now).state;
const payloads = (events: readonly { readonly type: string; readonly key: string; readonly payload: unknown }[]) => events.map(({ type, key, payload }) => [type, key, payload]);

describe('an e-mail address', () => {
  test('has one spelling', () => {
    expect(Email.parse('  Ada.Lovelace@Example.COM ')).toBe('ada.lovelace@example.com');
  });

  test.each([
    `${'a'.repeat(64)}@example.com`,
    `a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.abcdefgh`,
    'ada+news@mail.example.co.uk',
  ])('%s is one', (text) => {
    expect(Email.parse(text)).toBe(text);
  });

  test.each([
    '', 'ada', '@example.com', 'ada@', 'ada@localhost', 'ada@@example.com', 'a b@example.com', 'ada@example..com', 'ada\0@example.com', 'Ada <ada@example.com>',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.abcdefghi`,
  ])('%j is none', (text) => {
    expect(Email.safeParse(text).success).toBe(false);
  });

  test('a megabyte of almost one is refused in no time', () => {
    const start = performance.now();
    expect(Email.safeParse(`a@${'a.'.repeat(500_000)}`).success).toBe(false);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe('a name', () => {
  /** Names of few letters, so that spaces of all kinds meet in every way. */
  const anyText = (): string => Array.from({ length: randomInt(12) }, () => ['a', 'Ñ', ' ', ' ', '\u00a0', '\u3000', '😀', '-'][randomInt(8)]!).join('');

  test.each([
    ['Ada Lovelace', 'Ada', 'Lovelace'], ['Mary Ann Evans', 'Mary Ann', 'Evans'], ['Cher', 'Cher', ''], ['Ada  Lovelace', 'Ada ', 'Lovelace'],
  ])('%j is %j and %j', (full, given, family) => {
    expect([splitName(full), joinName({ given, family })]).toEqual([{ given, family }, full]);
  });

  test('written as one text, split and joined again it is the same text', () => {
    for (let i = 0; i < 20_000; i++) {
      const full = anyText().trim();
      if (full !== '') expect(joinName(personName(splitName(full)))).toBe(full);
    }
  });

  test('whose family has no space is split as it was joined', () => {
    for (let i = 0; i < 20_000; i++) {
      const [given, family] = [anyText(), anyText().replaceAll(' ', '')];
      if (given.trim() === '') continue;
      const name = personName({ given, family });
      expect(splitName(joinName(name))).toEqual(name.family === '' ? splitName(name.given) : name);
      expect(joinName(name).trim()).toBe(joinName(name));
    }
  });

  test('has something given and an end', () => {
    expect(() => personName({ given: ' \u3000', family: 'Lovelace' })).toThrow(RangeError);
    expect(personName({ given: 'x'.repeat(100), family: 'y'.repeat(99) })).toBeDefined();
    expect(() => personName({ given: 'x'.repeat(100), family: 'y'.repeat(100) })).toThrow(RangeError);
  });
});

test('a new user is at version 1, has each role once, and is announced without anything personal', () => {
  const { state, events } = registerUser({ ...draft, roles: ['user', 'admin', 'user'] }, now);
  expect(state).toEqual({ ...draft, roles: ['admin', 'user'], version: 1, createdAt: now, updatedAt: now });
  expect(payloads(events)).toEqual([['user.registered', id, { user_id: id, roles: ['admin', 'user'] }]]);
});

test('a change raises the version, keeps what it does not name, and says what changed but not to what', () => {
  const { state, events } = changeUser(ada, { name: { given: 'Augusta', family: 'King' } }, later);
  expect(state).toEqual({ ...ada, name: { given: 'Augusta', family: 'King' }, version: 2, updatedAt: later });
  expect(payloads(events)).toEqual([['user.changed', id, { user_id: id, fields: ['name'] }]]);
  expect(changeUser(ada, { email: Email.parse('ada@king.example') }, later).events[0]!.payload).toEqual({ user_id: id, fields: ['email'] });
});

test('what stays the same is no change', () => {
  const same = [
    changeUser(ada, {}, later),
    changeUser(ada, { email: ada.email, name: { given: ' Ada', family: 'Lovelace ' } }, later),
    changeRoles(ada, ['user', 'user'], { by: other, administrators: new Set([other]) }, later),
  ];
  for (const decision of same) expect(decision).toEqual({ state: ada, events: [] });
});

describe('roles', () => {
  test('are given and taken by somebody else', () => {
    const { state, events } = changeRoles(ada, ['user', 'admin'], { by: other, administrators: new Set([other]) }, later);
    expect(state).toEqual({ ...ada, roles: ['admin', 'user'], version: 2, updatedAt: later });
    expect(payloads(events)).toEqual([['user.roles_changed', id, { user_id: id, roles: ['admin', 'user'] }]]);
    expect(changeRoles(admin, ['user'], { by: other, administrators: new Set([id, other]) }, later).state.roles).toEqual(['user']);
  });

  test('are never one\'s own to change, not even to the same', () => {
    for (const wanted of [['user'], ['admin', 'user']] as const) {
      expect(() => changeRoles(admin, wanted, { by: id, administrators: new Set([id, other]) }, later)).toThrow(expect.objectContaining({ code: 'OWN_ROLES' }));
    }
  });

  test('of the last administrator stay with an administrator', () => {
    const alone = { by: other, administrators: new Set([id]) };
    expect(() => changeRoles(admin, ['user'], alone, later)).toThrow(expect.objectContaining({ code: 'LAST_ADMINISTRATOR', details: { id } }));
    expect(changeRoles(admin, ['admin', 'user'], alone, later).state.roles).toEqual(['admin', 'user']);
  });

  test('allow what is written down for each, and nothing else', () => {
    expect([...permissionsOf(['user'])]).toEqual(['orders:own']);
    const [admin, support] = [permissionsOf(['admin']), permissionsOf(['support'])];
    expect(['users:write', 'orders:pay', 'audit:read', 'products:write'].map((each) => [admin.has(each), support.has(each)])).toEqual([[true, false], [true, false], [true, false], [true, false]]);
    expect([admin.has('users:read'), support.has('users:read'), support.has('orders:ship')]).toEqual([true, true, true]);
  });
});

test('the last administrator cannot be removed, others can', () => {
  expect(() => removeUser(admin, new Set([id]))).toThrow(expect.objectContaining({ code: 'LAST_ADMINISTRATOR' }));
  expect(payloads(removeUser(admin, new Set([id, other])).events)).toEqual([['user.removed', id, { user_id: id }]]);
  expect(removeUser(ada, new Set([other])).state).toBe(ada);
});

test('a change made for a version that is not the current one is stale', () => {
  expect(() => assertVersion(ada, 2)).toThrow(expect.objectContaining({ code: 'USER_STALE', details: { id, expected: 2, actual: 1 } }));
  expect(() => assertVersion(ada, 1)).not.toThrow();
  expect(() => assertVersion(ada, undefined)).not.toThrow();
});
