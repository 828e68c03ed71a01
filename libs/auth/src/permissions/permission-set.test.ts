import { commonPermissions, grantFor, permissionSet, permits } from './permission-set.js';

const cases: readonly (readonly [granted: readonly string[], wanted: string, permitted: boolean])[] = [
  [['orders:read'], 'orders:read', true],
  [['orders:read'], 'orders:write', false],
  [['orders:read'], 'orders', false],
  [['orders:read'], 'orders:read:all', false],
  [['orders'], 'orders:read', false],
  [['orders:*'], 'orders:read', true],
  [['orders:*'], 'orders:items:read', true],
  [['orders:*'], 'orders', false],
  [['orders:*'], 'ordersx:read', false],
  [['orders:*'], 'Orders:read', false],
  [['orders:items:*'], 'orders:read', false],
  [['orders:items:*'], 'orders:items:read', true],
  [['*'], 'anything:at:all', true],
  [['*'], 'word', true],
  [[], 'orders:read', false],
  [['orders:read', 'users:*'], 'users:write', true],
];

test.each(cases)('%j and %s: %s, in a compiled set and in a plain one', (granted, wanted, permitted) => {
  expect([permissionSet(granted).has(wanted), permits(permissionSet(granted), wanted), permits(new Set(granted), wanted)]).toEqual([permitted, permitted, permitted]);
});

test.each(['', ' ', ':', 'orders:', ':read', 'orders::read', 'or*ders', '*:read', 'orders:*:read', '**', 'orders: read'])('%j can be granted to nobody', (granted) => {
  expect(() => permissionSet([granted])).toThrow(TypeError);
});

test('a set lists what was granted, and cannot be changed by one request for all others', () => {
  const set = permissionSet(['orders:*', 'users:read']);
  expect([[...set], set.size]).toEqual([['orders:*', 'users:read'], 2]);
  const change = set as Set<string>;
  for (const attempt of [() => change.add('*'), () => change.delete('users:read'), () => { change.clear(); }]) expect(attempt).toThrow('cannot be changed');
  expect(set.has('products:write')).toBe(false);
});

test('it is known by which grant something is permitted', () => {
  const granted = permissionSet(['*', 'orders:*', 'orders:read']);
  expect(['orders:read', 'orders:pay', 'users:read'].map((wanted) => grantFor(granted, wanted))).toEqual(['orders:read', 'orders:*', '*']);
  expect(grantFor(permissionSet(['orders:*']), 'users:read')).toBeUndefined();
});

test('two sets have in common what both permit, and nothing else', () => {
  const words = ['a', 'b'];
  const wanted = [...words, ...words.flatMap((x) => words.map((y) => `${x}:${y}`)), 'a:b:a', 'a:b:b'];
  const grants = ['*', 'a', 'a:*', 'a:b', 'a:b:*', 'a:b:a', 'b', 'b:a', 'b:*'];
  const sets = grants.flatMap((one) => grants.map((other) => [one, other]));
  for (const one of sets) {
    for (const other of sets) {
      const common = commonPermissions(permissionSet(one), new Set(other));
      for (const each of wanted) expect([one, other, each, common.has(each)]).toEqual([one, other, each, permits(new Set(one), each) && permits(new Set(other), each)]);
    }
  }
});
