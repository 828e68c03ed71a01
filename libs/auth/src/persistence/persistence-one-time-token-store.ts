import type { Database } from '@org/enterprise-persistence';
import { and, eq, gt, lte, or, lt } from 'drizzle-orm/sql/expressions';
import { sql } from 'drizzle-orm/sql/sql';
import type { KeptOneTimeToken, OneTimeTokenStore } from '../passwords/one-time-token-store.js';
import { authOneTimeTokens as tokens } from './auth-one-time-tokens.table.js';
import { expirySweep, type ExpirySweepOptions } from './expiry-sweep.js';

export type PersistenceOneTimeTokenStoreOptions = ExpirySweepOptions;

/**
 * Keeps single-use tokens in the table `authOneTimeTokens`. What it does takes part in the unit of work that is running: a
 * token is used if the change that it allows is committed. Old rows are deleted about once a minute.
 */
export function persistenceOneTimeTokenStore(database: Database, options: PersistenceOneTimeTokenStoreOptions = {}): OneTimeTokenStore {
  const { orm } = database;
  const { placeholder } = sql;
  const time = (name: string) => sql`${sql.param(placeholder(name), tokens.expiresAt)}::timestamptz`;
  const now = time('now');
  const valid = and(eq(tokens.purpose, placeholder('purpose')), eq(tokens.digest, placeholder('digest')), gt(tokens.expiresAt, now));
  const ofSubject = and(eq(tokens.purpose, placeholder('purpose')), eq(tokens.subject, placeholder('subject')));
  const columns = { subject: tokens.subject, payload: tokens.payload };
  const over = lte(tokens.windowEndsAt, now);

  const issue = orm.insert(tokens)
    .values({
      purpose: placeholder('purpose'), subject: placeholder('subject'), digest: placeholder('digest'), payload: sql`${placeholder('payload')}::jsonb`,
      expiresAt: time('expiresAt'), issued: 1, windowEndsAt: time('windowEndsAt'),
    })
    .onConflictDoUpdate({
      target: [tokens.purpose, tokens.subject],
      set: {
        digest: sql`excluded.digest`, payload: sql`excluded.payload`, expiresAt: sql`excluded.expires_at`,
        issued: sql`case when ${over} then 1 else ${tokens.issued} + 1 end`,
        windowEndsAt: sql`case when ${over} then excluded.window_ends_at else ${tokens.windowEndsAt} end`,
      },
      setWhere: or(over, lt(tokens.issued, placeholder('count')))!,
    })
    .returning({ issued: tokens.issued }).prepare('auth_token_issue');
  // A second one waits for the first, and then finds no such digest.
  const consume = orm.update(tokens).set({ digest: null }).where(valid).returning(columns).prepare('auth_token_consume');
  const find = orm.select(columns).from(tokens).where(valid).prepare('auth_token_find');
  const revoke = orm.update(tokens).set({ digest: null }).where(ofSubject).prepare('auth_token_revoke');
  const expired = orm.select({ purpose: tokens.purpose, subject: tokens.subject }).from(tokens)
    .where(and(over, or(sql`${tokens.digest} is null`, lte(tokens.expiresAt, now)))).limit(placeholder('limit')).for('update', { skipLocked: true });
  const purge = orm.delete(tokens).where(sql`(${tokens.purpose}, ${tokens.subject}) in (${expired})`).prepare('auth_token_purge');
  const sweep = expirySweep(database, options, [async (at, limit) => (await purge.execute({ now: at, limit })).rowCount]);

  const kept = ([row]: readonly { readonly subject: string; readonly payload: unknown }[]): KeptOneTimeToken | undefined =>
    row && { subject: row.subject, payload: row.payload ?? undefined };

  return {
    async issue({ payload, expiresAt, ...token }, limit) {
      const rows = await issue.execute({
        ...token, payload: payload === undefined ? null : JSON.stringify(payload), expiresAt: new Date(expiresAt),
        now: new Date(limit.now), count: limit.count, windowEndsAt: new Date(limit.windowEndsAt),
      });
      sweep(limit.now);
      return rows.length > 0;
    },
    consume: async (purpose, digest, at) => kept(await consume.execute({ purpose, digest, now: new Date(at) })),
    find: async (purpose, digest, at) => kept(await find.execute({ purpose, digest, now: new Date(at) })),
    async revoke(purpose, subject) {
      await revoke.execute({ purpose, subject });
    },
  };
}
