import { defineEvent } from '@org/enterprise-events';
import { z } from 'zod';
import { roles } from '../auth/roles.js';

// Payloads name the user and nothing personal: they are kept and passed on for longer than a removed user may be.
const user = { user_id: z.uuid() };
const key = ({ user_id }: { readonly user_id: string }): string => user_id;
const Roles = z.array(z.enum(roles));

export const UserRegistered = defineEvent('user.registered', { schema: z.object({ ...user, roles: Roles }), key });
/** Says which facts are others now, not what they are. */
export const UserChanged = defineEvent('user.changed', { schema: z.object({ ...user, fields: z.array(z.enum(['email', 'name'])) }), key });
export const UserRolesChanged = defineEvent('user.roles_changed', { schema: z.object({ ...user, roles: Roles }), key });
export const UserRemoved = defineEvent('user.removed', { schema: z.object(user), key });
