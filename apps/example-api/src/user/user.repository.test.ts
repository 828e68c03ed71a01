import { createContainer, provide, provideValue, type Provider } from '@org/enterprise-di';
import type { DomainEvent } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { onEachMigratedDatabase } from '../databases.testing.js';
import { EventSink } from '../events/event-sink.js';
import { Email } from './email.js';
import { changeUser, registerUser, removeUser } from './user.js';
import { userRepositoryContract, type OpenedUsers } from './user.repository.contract.js';
import { drizzleUserRepository } from './user.repository.drizzle.js';
import { memoryUserRepository } from './user.repository.memory.js';
import { UserRepository } from './user.repository.js';

async function repository(sink: EventSink, ...providers: Provider[]): Promise<UserRepository> {
  const container = createContainer({ modules: [{ name: 'test', providers: [provideValue(EventSink, sink), ...providers] }] });
  await container.start();
  return container.resolve(UserRepository);
}

async function opened(...providers: Provider[]): Promise<OpenedUsers> {
  const events: DomainEvent[] = [];
  return { events, users: await repository({ append: async (more) => { events.push(...more); } }, ...providers) };
}

const drizzleOn = (database: Database): Provider[] => [provide(Database, {}, () => database, { dispose: false }), drizzleUserRepository];

userRepositoryContract('memory', () => opened(memoryUserRepository));

test('what is saved is a decision with its events, and no user without them', async () => {
  const { users } = await opened(memoryUserRepository);
  const { state } = registerUser({ id: 'a', email: Email.parse('ada@example.com'), name: { given: 'Ada', family: '' }, roles: ['user'] }, new Date(0));
  // @ts-expect-error a user alone does not say what happened
  await expect(users.save(state)).rejects.toThrow();
  // @ts-expect-error nor does a state
  await expect(users.add({ state }, 'hash')).rejects.toThrow();
});

onEachMigratedDatabase(
  (name, open) => userRepositoryContract(name, async () => opened(...drizzleOn(await open()))),
  (open) => test('what cannot be announced does not happen', async () => {
    const database = await open(2);
    const kept = await opened(...drizzleOn(database));
    const mute = await repository({ append: async () => { throw new Error('no outbox'); } }, ...drizzleOn(database));
    const now = new Date('2026-01-01T00:00:00.000Z');
    const draft = { id: '00000000-0000-7000-8000-000000000001', email: Email.parse('ada@example.com'), name: { given: 'Ada', family: '' }, roles: ['user'] as const };

    await expect(mute.add(registerUser(draft, now), 'hash')).rejects.toThrow('no outbox');
    await expect(kept.users.find(draft.id)).resolves.toBeUndefined();
    const decision = registerUser(draft, now);
    await kept.users.add(decision, 'hash');
    await expect(mute.save(changeUser(decision.state, { name: { given: 'Eve', family: '' } }, now))).rejects.toThrow('no outbox');
    await expect(mute.remove(removeUser(decision.state, new Set()))).rejects.toThrow('no outbox');
    await expect(kept.users.find(draft.id)).resolves.toEqual(decision.state);
  }),
);
