import { token } from '@org/enterprise-kernel';

/** What people get by logging in, as far as this domain may take it back; in the unit of work of the change. */
export interface UserAccess {
  rolesChanged(userId: string): Promise<void>;
  removed(userId: string): Promise<void>;
}
export const UserAccess = token<UserAccess>('user.UserAccess');
