import { defineModule } from '@org/enterprise-di';
import { FirstAdministrator } from './first-administrator.js';
import { drizzleUserRepository } from './user.repository.drizzle.js';
import { userRoutes } from './user.routes.js';
import { UserService } from './user.service.js';

export const userModule = defineModule({
  name: 'user',
  providers: [drizzleUserRepository, UserService, FirstAdministrator],
  routes: [userRoutes],
});
