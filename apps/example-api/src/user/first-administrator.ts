import { randomBytes } from 'node:crypto';
import { service } from '@org/enterprise-di';
import { Settings, Terminal } from '../platform.js';
import { Email } from './email.js';
import { EmailTaken } from './user.errors.js';
import { UserRepository } from './user.repository.js';
import { UserService } from './user.service.js';

/** Makes the first administrator at the first start. Whoever has the address already stays as they are, password and roles too. */
export const FirstAdministrator = service('user.FirstAdministrator', { settings: Settings, terminal: Terminal, repository: UserRepository, users: UserService }, ({ settings, terminal, repository, users }) => ({
  async make(): Promise<void> {
    const email = settings.ADMIN_EMAIL ?? Email.parse('admin@example.com');
    const given = settings.ADMIN_PASSWORD?.reveal();
    const password = given ?? (settings.APP_ENV === 'dev' ? randomBytes(15).toString('base64url') : undefined);
    if (password === undefined || await repository.findByEmail(email)) return;
    try {
      await users.register({ email, password, name: { given: 'Administrator', family: '' }, roles: ['admin'] });
    } catch (error) {
      if (EmailTaken.is(error)) return; // another process starts as well
      throw error;
    }
    if (given === undefined) terminal(`The first administrator is ${email} with the password ${password} (shown only now).\n`);
  },
}), { start: (administrator) => administrator.make() });
