import { PasswordHashingBusy } from '@org/enterprise-auth/passwords';
import { contract, created, cursorPageOf, evolve, list, noContent, ok, pageOf, route } from '@org/enterprise-http';
import { z } from 'zod';
import { NewPassword } from '../auth/password.js';
import { roles } from '../auth/roles.js';
import { Email } from './email.js';
import { joinName, longestName, splitName } from './person-name.js';
import { EmailTaken, LastAdministrator, OwnRoles, UserConflict, UserNotFound, UserStale } from './user.errors.js';

const Id = z.uuid().meta({ example: '01890a5d-ac96-774b-bcce-b302099a8057' });
const Time = z.iso.datetime().meta({ example: '2026-01-01T09:30:00.000Z' });
const Role = z.enum(roles).meta({ example: 'user' });

// Neither a control character nor half of a character: a database keeps none.
const text = () => z.string().max(longestName).regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be text on one line');
const FullName = text().trim().min(1).meta({ example: 'Ada Lovelace' });
const Given = text().regex(/\S/, 'must not be blank').meta({ example: 'Ada' });
const Family = text().meta({ example: 'Lovelace' });
const NewName = z.object({ given: Given, family: Family.default('') })
  .refine((name) => joinName(name).length <= longestName, { path: ['given'], message: `must not be longer than ${longestName} characters together with family` })
  .meta({ id: 'NewPersonName' });
const Name = z.object({ given: z.string().meta({ example: 'Ada' }), family: z.string().meta({ example: 'Lovelace' }) }).meta({ id: 'PersonName' });

const account = { id: Id, email: z.email().meta({ example: 'ada@example.com' }) };
const record = { roles: z.array(Role), version: z.int(), created_at: Time, updated_at: Time };
const UserV1 = z.object({ ...account, name: z.string().meta({ example: 'Ada Lovelace' }), ...record }).meta({ id: 'UserV1' });
const User = z.object({ ...account, name: Name, ...record }).meta({ id: 'User' });

/** v1 spells a name as one text. */
const toV1 = ({ name, ...user }: z.infer<typeof User>): z.infer<typeof UserV1> => ({ ...user, name: joinName(name) });
const named = <Body extends { readonly name?: string | undefined }>({ name, ...body }: Body) => ({ ...body, ...(name !== undefined && { name: splitName(name) }) });

const listing = {
  sort: ['created_at', 'email', 'name'],
  defaultSort: ['-created_at'],
  filters: { role: Role, q: text().trim().min(1).max(100) },
} as const;
const usersByPage = list(listing);
export const users = list({ ...listing, cursor: true });

const params = z.object({ id: Id });
const versioned = { etag: 'version' } as const;
const write = { access: 'users:write', ifMatch: 'optional', params } as const;

const credentials = { email: Email, password: NewPassword };
const registerV1 = route({
  method: 'POST', path: '/auth/register', summary: 'Register as a user', access: 'public', tags: ['auth'],
  body: z.object({ ...credentials, name: FullName }),
  returns: created(UserV1, { ...versioned, location: '/users/{id}' }), errors: [EmailTaken, PasswordHashingBusy],
});
const registerV2 = evolve(registerV1, {
  since: 'v2', body: z.object({ ...credentials, name: NewName }), returns: created(User, { ...versioned, location: '/users/{id}' }),
}, { upgrade: ({ body }) => ({ body: { ...body, name: splitName(body.name) } }), downgrade: toV1 });

const meV1 = route({ method: 'GET', path: '/me', summary: 'Get the user who asks', access: 'authenticated', returns: ok(UserV1, versioned), errors: [UserNotFound] });
const meV2 = evolve(meV1, { since: 'v2', returns: ok(User, versioned) }, { downgrade: toV1 });

const changeMeV1 = route({
  method: 'PATCH', path: '/me', summary: 'Change what is known of the user who asks', access: 'authenticated', ifMatch: 'optional',
  body: z.object({ name: FullName }).partial(), returns: ok(UserV1, versioned), errors: [UserNotFound, UserStale, UserConflict],
});
const changeMeV2 = evolve(changeMeV1, { since: 'v2', body: z.object({ name: NewName }).partial(), returns: ok(User, versioned) }, {
  upgrade: ({ body }) => ({ body: named(body) }), downgrade: toV1,
});

const listV1 = route({
  method: 'GET', path: '/users', summary: 'List users', access: 'users:read', query: usersByPage.query, returns: ok(pageOf(UserV1)),
});
const listV2 = evolve(listV1, { since: 'v2', query: users.query, returns: ok(cursorPageOf(User)) }, {
  upgrade: ({ query }) => ({ query }),
  downgrade: ({ items, page, page_size, total }) => ({ items: items.map(toV1), page: page!, page_size, total: total! }),
});

const getV1 = route({ method: 'GET', path: '/users/{id}', summary: 'Get a user', access: 'users:read', params, returns: ok(UserV1, versioned), errors: [UserNotFound] });
const getV2 = evolve(getV1, { since: 'v2', returns: ok(User, versioned) }, { downgrade: toV1 });

const changeV1 = route({
  ...write, method: 'PATCH', path: '/users/{id}', summary: 'Change a user',
  body: z.object({ email: Email, name: FullName }).partial(), returns: ok(UserV1, versioned), errors: [UserNotFound, UserStale, UserConflict, EmailTaken],
});
const changeV2 = evolve(changeV1, { since: 'v2', body: z.object({ email: Email, name: NewName }).partial(), returns: ok(User, versioned) }, {
  upgrade: ({ body }) => ({ body: named(body) }), downgrade: toV1,
});

const rolesV1 = route({
  ...write, method: 'PUT', path: '/users/{id}/roles', summary: 'Set the roles of a user',
  description: 'All roles at once, at least one. Nobody changes their own, and one administrator always remains.',
  body: z.object({ roles: z.array(Role).min(1).max(20) }), returns: ok(UserV1, versioned), errors: [UserNotFound, UserStale, UserConflict, OwnRoles, LastAdministrator],
});
const rolesV2 = evolve(rolesV1, { since: 'v2', returns: ok(User, versioned) }, { downgrade: toV1 });

const remove = route({
  ...write, method: 'DELETE', path: '/users/{id}', summary: 'Remove a user', returns: noContent(), errors: [UserNotFound, UserStale, UserConflict, LastAdministrator],
});

export const userContract = contract('users', {
  register: registerV2, me: meV2, changeMe: changeMeV2, list: listV2, get: getV2, change: changeV2, setRoles: rolesV2, remove,
});

/** What v1 declares, for its clients. */
export const userContractV1 = contract('users', {
  register: registerV1, me: meV1, changeMe: changeMeV1, list: listV1, get: getV1, change: changeV1, setRoles: rolesV1, remove,
});
