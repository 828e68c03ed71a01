import { provide } from '@org/enterprise-di';
import { Database, equalTo, listQuery } from '@org/enterprise-persistence';
import { getTableColumns, sql } from 'drizzle-orm';
import { AuditLog } from './audit-log.js';
import { auditEntries } from './audit.table.js';

/** The audit log in the database, for reading and adding: there is no statement that changes it. */
export const drizzleAuditLog = provide(AuditLog, { database: Database }, ({ database }): AuditLog => {
  const { orm, unitOfWork } = database;
  const values = Object.fromEntries(Object.keys(getTableColumns(auditEntries)).map((field) => [field, sql.placeholder(field)]));
  const insert = orm.insert(auditEntries).values(values as never).prepare('audit_insert');
  const list = listQuery(database, {
    from: auditEntries,
    sort: { at: auditEntries.at, id: auditEntries.id },
    filters: { actor: equalTo(auditEntries.actor), action: equalTo(auditEntries.action), target: equalTo(auditEntries.target) },
  });
  return {
    async add(entries) {
      for (const entry of entries) await unitOfWork.atCommit(insert, { ...entry });
    },
    list: (request) => list({ ...request, filters: { ...request.filters } }),
  };
});
