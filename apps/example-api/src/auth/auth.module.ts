import { defineModule } from '@org/enterprise-di';
import { authKeys } from './auth.keys.js';
import { authProviders } from './auth.providers.js';
import { authRoutes } from './auth.routes.js';
import { LogIns } from './log-ins.js';
import { PasswordChanges } from './password-changes.js';
import { passwordResets } from './password-resets.js';
import { sessionUserAccess } from './user-access.js';

export const authModule = (root: string) => defineModule({
  name: 'auth',
  providers: [...authKeys(root), ...authProviders, passwordResets, sessionUserAccess, LogIns, PasswordChanges],
  routes: [authRoutes],
});
