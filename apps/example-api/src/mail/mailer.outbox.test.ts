import { createContainer, provide, provideValue } from '@org/enterprise-di';
import { manualClock } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { migrations } from '@org/enterprise-persistence/migrations';
import { pgliteDatabase } from '@org/enterprise-persistence/pglite';
import { migrationOptions } from '../database.js';
import { Clock } from '../platform.js';
import { mails } from './mail.table.js';
import { Mailer } from './mailer.js';
import { outboxMailer } from './mailer.outbox.js';

const now = new Date('2026-02-02T00:00:00.000Z');
const mail = { id: 'order-receipt:e1', to: 'alice', template: 'order-receipt', data: { order_id: 'o1', items: [{ quantity: 2 }] } };
const database = pgliteDatabase({ folder: 'memory' });
let mailer: Mailer;

beforeAll(async () => {
  await migrations(database, migrationOptions).migrate();
  const container = createContainer({ modules: [{ name: 'test', providers: [provide(Database, {}, () => database, { dispose: false }), provideValue(Clock, manualClock(now.getTime())), outboxMailer] }] });
  await container.start();
  mailer = container.resolve(Mailer);
});
beforeEach(() => database.script('delete from mails'));
afterAll(() => database.close());

const stored = () => database.orm.select().from(mails);

test('a mail is written down as it was asked for', async () => {
  await mailer.send(mail);
  await expect(stored()).resolves.toEqual([{ ...mail, createdAt: now }]);
});

test('a mail goes with the unit of work that it belongs to', async () => {
  const failing = database.unitOfWork.run(async () => {
    await mailer.send(mail);
    throw new Error('no order');
  });
  await expect(failing).rejects.toThrow('no order');
  await expect(stored()).resolves.toEqual([]);
});

test('the same mail is not written down twice', async () => {
  await mailer.send(mail);
  await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'CONSTRAINT_VIOLATED' });
  await expect(stored()).resolves.toHaveLength(1);
});
