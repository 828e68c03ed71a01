import { anonymous } from '@org/enterprise-kernel';
import { explain } from './access.js';
import { assertPermissionsKnown } from './known-permissions.js';
import { formatMatrix, permissionMatrix } from './permission-matrix.js';
import { permissionSet } from './permission-set.js';
import { policy } from './policy.js';
import { defineRoles } from './roles.js';
import { own, permission } from './rules.js';

const roles = defineRoles({ admin: ['*'], support: ['orders:*'], user: [] });
const readOrder = policy('orders.read', { allow: { owner: own('customerId'), staff: permission('orders:read') } });
const report = policy('reports.run', { allow: { staff: permission('reports:run') } });
const broken = { name: 'broken', admit: () => { throw new TypeError('broken'); } };

const routes = [
  { spec: { method: 'POST', path: '/orders/{id}/ship', access: 'orders:ship' } },
  { spec: { method: 'GET', path: '/ping', access: 'public' } },
  { spec: { method: 'DELETE', path: '/orders/{id}', access: 'authenticated' }, version: { name: 'v1' } },
  { spec: { method: 'GET', path: '/orders/{id}', access: readOrder }, version: { name: 'v1' } },
  { spec: { method: 'GET', path: '/orders/{id}', access: readOrder }, version: { name: 'v2' } },
  { spec: { method: 'DELETE', path: '/orders/{id}', access: 'orders:delete' }, version: { name: 'v2' } },
  { method: 'GET', path: '/reports', access: report },
];

test('the matrix says for every route and everyone what the declarations say', () => {
  expect(formatMatrix(permissionMatrix(routes, roles))).toBe(`\
| route | versions | access | anonymous | authenticated | admin | support | user |
| --- | --- | --- | --- | --- | --- | --- | --- |
| GET /orders/{id} | v1, v2 | \`orders.read\` | denied | own | allowed | allowed | own |
| DELETE /orders/{id} | v1 | \`authenticated\` | denied | allowed | allowed | allowed | allowed |
| DELETE /orders/{id} | v2 | \`orders:delete\` | denied | denied | allowed | allowed | denied |
| POST /orders/{id}/ship |  | \`orders:ship\` | denied | denied | allowed | allowed | denied |
| GET /ping |  | \`public\` | allowed | allowed | allowed | allowed | allowed |
| GET /reports |  | \`reports.run\` | denied | denied | allowed | denied | denied |
`);
});

test('it does not depend on the order of the routes', () => {
  expect(permissionMatrix([...routes].reverse(), roles).rows.map(({ method, path, access }) => [method, path, access])).toEqual(permissionMatrix(routes, roles).rows.map(({ method, path, access }) => [method, path, access]));
});

test('a route that does not say who has access is named', () => {
  expect(() => permissionMatrix([{ method: 'GET', path: '/x', access: undefined as never }], roles)).toThrow('GET /x: Say who has access');
  expect(() => permissionMatrix([{ method: 'GET', path: '/x', access: 'orders:*' }], roles)).toThrow('GET /x: "orders:*" is not the name');
});

test('a rule of one\'s own is asked, and one that breaks is not taken for a refusal', () => {
  const evens = { name: 'even.ids', admit: ({ id }: { id: string }) => { if (id !== 'somebody') report.admit(anonymous); } };
  const [row] = permissionMatrix([{ method: 'GET', path: '/x', access: evens }], roles).rows;
  expect(row).toMatchObject({ access: 'even.ids', cells: { anonymous: 'denied', authenticated: 'allowed', admin: 'allowed' } });
  expect(() => permissionMatrix([{ method: 'GET', path: '/x', access: broken }], roles)).toThrow('broken');
});

test('why something is allowed or denied is said of every kind of access', () => {
  const ada = { id: 'ada', kind: 'user', roles: [], permissions: permissionSet(['orders:*']) } as const;
  const said = [['public', anonymous], ['authenticated', anonymous], ['authenticated', ada], ['orders:ship', ada], ['users:read', ada], ['users:read', anonymous], [readOrder, ada], [report, ada]] as const;
  expect(said.map(([access, caller]) => explain(access, caller).text)).toEqual([
    'public is allowed to an anonymous caller (public: everyone is).',
    'authenticated is denied to an anonymous caller (authenticated: nobody is known).',
    'authenticated is allowed to user ada (authenticated: everyone is who is known).',
    'orders:ship is allowed to user ada (permission: the caller has orders:ship through orders:*).',
    'users:read is denied to user ada (permission: the caller lacks users:read).',
    'users:read is denied to an anonymous caller (permission: nobody is known).',
    'orders.read is allowed to user ada (staff: the caller has orders:read through orders:*).',
    'reports.run is denied to user ada (staff: the caller lacks reports:run).',
  ]);
});

describe('a role with a permission that nothing asks for', () => {
  const check = (grants: Record<string, string[]>, more = {}): void => assertPermissionsKnown(defineRoles(grants), { routes, ...more });

  test('is found, by its name and the role\'s', () => {
    expect(() => check({ admin: ['*'], support: ['orders:raed', 'order:*', 'orders:read'], user: ['users:read'] }))
      .toThrow('support has "orders:raed", support has "order:*", user has "users:read"');
  });

  test('is fine where a route, a policy or the code asks for it', () => {
    expect(() => check({ admin: ['*'], support: ['orders:ship', 'orders:read', 'reports:*', 'orders:*'] })).not.toThrow();
    expect(() => check({ a: ['users:read'] }, { policies: [policy('users.read', { allow: { a: permission('users:read') } })] })).not.toThrow();
    expect(() => check({ a: ['users:read'] }, { others: ['users:read'] })).not.toThrow();
  });
});
