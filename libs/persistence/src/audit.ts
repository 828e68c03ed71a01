import { currentContext, type Clock } from '@org/enterprise-kernel';
import { text } from 'drizzle-orm/pg-core/columns/text';
import { timestamp } from 'drizzle-orm/pg-core/columns/timestamp';

// Milliseconds, as JavaScript has them: a cursor made of one finds its row again.
const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' }).notNull();

/** Returns the columns `created_at`, `created_by`, `updated_at` and `updated_by`, to spread into a table. */
export const auditColumns = () => ({
  createdAt: time('created_at'),
  createdBy: text('created_by'),
  updatedAt: time('updated_at'),
  updatedBy: text('updated_by'),
});

/** Who changed a row last, and when; nobody where no caller is known, as in a background job. */
export interface UpdatedAudit {
  readonly updatedAt: Date;
  readonly updatedBy: string | null;
}

export interface CreatedAudit extends UpdatedAudit {
  readonly createdAt: Date;
  readonly createdBy: string | null;
}

export interface AuditValues {
  /** Values for a row that is inserted. */
  created(): CreatedAudit;
  /** Values for a row that is changed. */
  updated(): UpdatedAudit;
}

/** Makes the values of {@link auditColumns} out of the time and the caller in the kernel's context. */
export function auditValues(clock: Clock): AuditValues {
  const updated = (): UpdatedAudit => ({ updatedAt: new Date(clock.now()), updatedBy: currentContext()?.caller?.id ?? null });
  return {
    updated,
    created() {
      const values = updated();
      return { createdAt: values.updatedAt, createdBy: values.updatedBy, ...values };
    },
  };
}
