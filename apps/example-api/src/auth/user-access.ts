import { provide } from '@org/enterprise-di';
import { Clock } from '../platform.js';
import { UserAccess } from '../user/user-access.js';
import { ApiKeys, Revocations, Sessions } from './auth.tokens.js';

// As long as an API key may be remembered with what its owner was allowed.
const remembered = 60 * 60_000;

/** Takes back what people were given with roles that they have no more: sessions, and what API keys are remembered for. */
export const sessionUserAccess = provide(UserAccess, { sessions: Sessions, keys: ApiKeys, revocations: Revocations, clock: Clock }, ({ sessions, keys, revocations, clock }): UserAccess => {
  async function rolesChanged(id: string): Promise<void> {
    await sessions.revokeAll(id);
    await revocations.publish([{ id, kind: 'changed', until: clock.now() + remembered }]);
  }
  return {
    rolesChanged,
    async removed(id) {
      await keys.revokeAll(id);
      await rolesChanged(id);
    },
  };
});
