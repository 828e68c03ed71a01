import { implement } from '@org/enterprise-http';
import { faultsOf } from '../auth/password.js';
import { userContract, users as userList } from './user.contract.js';
import { sortKey } from './user.repository.js';
import { UserService } from './user.service.js';
import type { User } from './user.js';

const toWire = ({ id, email, name, roles, version, createdAt, updatedAt }: User) =>
  ({ id, email, name, roles: [...roles], version, created_at: createdAt.toISOString(), updated_at: updatedAt.toISOString() });

const expected = (version: string | undefined): number | undefined => (version === undefined ? undefined : Number(version));

export const userRoutes = implement(userContract, { users: UserService }, ({ users }) => ({
  register: async ({ body }) => toWire(await faultsOf('password', users.register(body))),
  me: async ({ caller }) => toWire(await users.get(caller.id)),
  changeMe: async ({ caller, body, expectedVersion }) => toWire(await users.change(caller.id, body, expected(expectedVersion))),
  async list({ query }) {
    const request = userList.read(query);
    const result = await users.list(request);
    return { items: result.items.map(toWire), ...userList.info(request, result, sortKey) };
  },
  get: async ({ params }) => toWire(await users.get(params.id)),
  change: async ({ params, body, expectedVersion }) => toWire(await users.change(params.id, body, expected(expectedVersion))),
  setRoles: async ({ params, body, caller, expectedVersion }) => toWire(await users.changeRoles(params.id, body.roles, caller.id, expected(expectedVersion))),
  remove: ({ params, expectedVersion }) => users.remove(params.id, expected(expectedVersion)),
}));
