import { defineError } from '@org/enterprise-kernel';
import { z } from 'zod';

const one = z.object({ id: z.string() });
const versions = z.object({ id: z.string(), expected: z.int(), actual: z.int() });

export const UserNotFound = defineError('USER_NOT_FOUND', {
  kind: 'missing',
  title: 'There is no such user.',
  details: one,
});

/** Does not repeat the address: errors are logged, and it is somebody's. */
export const EmailTaken = defineError('EMAIL_TAKEN', {
  kind: 'conflict',
  title: 'There is a user with this e-mail address already.',
});

/** The caller's picture of the user was old before it asked for a change. */
export const UserStale = defineError('USER_STALE', {
  kind: 'stale',
  title: 'The user has changed since you read it; read it again.',
  details: versions,
});

/** Two changes met. */
export const UserConflict = defineError('USER_CONFLICT', {
  kind: 'conflict',
  title: 'Somebody else is changing the user; read it again.',
  details: versions,
});

/** Nobody gives or takes roles to or from themselves. */
export const OwnRoles = defineError('OWN_ROLES', {
  kind: 'forbidden',
  title: 'Your own roles are for another administrator to change.',
});

/** Without an administrator nobody could make one. */
export const LastAdministrator = defineError('LAST_ADMINISTRATOR', {
  kind: 'conflict',
  title: 'This is the last administrator; make another one first.',
  details: one,
});
