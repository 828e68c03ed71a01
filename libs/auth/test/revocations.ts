import type { Database } from '@org/enterprise-persistence';
import { persistenceRevocations, type PersistenceRevocations, type PersistenceRevocationsOptions } from '../src/persistence/persistence-revocations.js';
import type { Invalidation } from '../src/revocations.js';

export const time = Date.UTC(2026, 0, 1);
export const hour = 3_600_000;
export const revoked = (id: string, until = time + hour): Invalidation => ({ id, kind: 'revoked', until });
export const changed = (id: string, until = time + hour): Invalidation => ({ id, kind: 'changed', until });
export const tick = (milliseconds = 20): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await holds()); await tick(5)) if (Date.now() > end) throw new Error('Waited in vain.');
}

/** Whether something holds that cannot be told while the last poll is too long ago. */
export function fresh(holds: () => boolean): boolean {
  try {
    return holds();
  } catch {
    return false;
  }
}

/** A process by its revocations, with all that they told their listeners. */
export async function started(db: Database, options: PersistenceRevocationsOptions = {}): Promise<PersistenceRevocations & { readonly heard: string[] }> {
  const revocations = persistenceRevocations(db, options);
  const heard: string[] = [];
  revocations.subscribe(({ id, kind }) => void heard.push(`${kind} ${id}`));
  await revocations.start();
  return Object.assign(revocations, { heard });
}
