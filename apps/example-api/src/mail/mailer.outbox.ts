import { provide } from '@org/enterprise-di';
import { Database } from '@org/enterprise-persistence';
import { sql } from 'drizzle-orm';
import { Clock } from '../platform.js';
import { mails } from './mail.table.js';
import { Mailer } from './mailer.js';

const { placeholder } = sql;

/**
 * Writes mails down for a sender, in the unit of work that is running: a mail is there if and only if what it tells of is.
 * The same mail a second time is a fault of whoever asks for it, and fails.
 */
export const outboxMailer = provide(Mailer, { database: Database, clock: Clock }, ({ database: { orm }, clock }): Mailer => {
  const insert = orm.insert(mails).values({
    id: placeholder('id'), to: placeholder('to'), template: placeholder('template'), data: placeholder('data'), createdAt: placeholder('createdAt'),
  } as never).prepare('mail_insert');
  return {
    async send(mail) { await insert.execute({ ...mail, createdAt: new Date(clock.now()) }); },
  };
});
