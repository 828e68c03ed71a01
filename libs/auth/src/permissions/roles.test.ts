import { defineRoles, type PermissionOf, type RoleOf } from './roles.js';

const roles = defineRoles({ admin: ['users:*', 'products:write', 'orders:*'], support: ['orders:read', 'users:read'], user: [] });

test('roles permit what was written down, together', () => {
  const permissions = roles.permissionsOf(['support', 'user']);
  expect(['orders:read', 'users:read', 'orders:ship', 'products:write'].map((each) => permissions.has(each))).toEqual([true, true, false, false]);
  expect(roles.permissionsOf(['admin', 'support']).has('orders:items:ship')).toBe(true);
  expect([...roles.permissionsOf([])]).toEqual([]);
});

test('the same roles give the same set, in whichever order and however often, so nothing is made per request', () => {
  const set = roles.permissionsOf(['admin', 'support']);
  for (const list of [['admin', 'support'], ['support', 'admin'], ['support', 'admin', 'support', 'gone']]) expect(roles.permissionsOf(list)).toBe(set);
  expect(roles.permissionsOf(['admin'])).toBe(roles.permissionsOf(['admin', 'nobody']));
});

test.each(['superuser', 'Admin', 'toString', '__proto__', 'constructor', ''])('the role %j, which is not known, permits nothing', (name) => {
  expect(roles.has(name)).toBe(false);
  expect([...roles.permissionsOf([name])]).toEqual([]);
  expect(roles.permissionsOf([name])).toBe(roles.permissionsOf([]));
});

test('names stay in their order', () => {
  expect(roles.names).toEqual(['admin', 'support', 'user']);
  expect(roles.grantsOf('support')).toEqual(['orders:read', 'users:read']);
});

test('what cannot be granted is refused at once', () => {
  expect(() => defineRoles({ admin: ['orders:*:read'] })).toThrow('cannot be granted');
  expect(() => defineRoles({})).toThrow('at least one role');
});

test('names of roles and permissions are types', () => {
  const role: RoleOf<typeof roles> = 'support';
  const permission: PermissionOf<typeof roles> = 'products:write';
  // @ts-expect-error there is no such role
  const noRole: RoleOf<typeof roles> = 'boss';
  // @ts-expect-error no role names this permission
  const noPermission: PermissionOf<typeof roles> = 'products:wirte';
  // @ts-expect-error a wildcard is no permission
  const wildcard: PermissionOf<typeof roles> = 'orders:*';
  expect([role, permission, noRole, noPermission, wildcard]).toHaveLength(5);
  const name: string = 'user';
  if (roles.has(name)) name satisfies RoleOf<typeof roles>;
});
