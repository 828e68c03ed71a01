import type { ListRequest, ListResult } from '@org/enterprise-http';
import { token } from '@org/enterprise-kernel';

/** One thing that somebody did who may do more than every user. */
export interface AuditEntry {
  /** Id of the event that says what happened. */
  readonly id: string;
  /** Id of who did it. */
  readonly actor: string;
  /** How they proved who they are: `jwt`, `session`, `api-key`. */
  readonly via: string;
  /** Id of the session or API key that proved it, if it has one. */
  readonly credential: string | null;
  /** Type of the event, e.g. `user.roles_changed`. */
  readonly action: string;
  /** Id of what it was done to. */
  readonly target: string;
  readonly requestId: string;
  /** Payload of the event. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

export interface AuditFilters {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
}

export interface AuditLog {
  /** Writes entries down in the unit of work that is running. */
  add(entries: readonly AuditEntry[]): Promise<void>;
  list(request: ListRequest<'at', AuditFilters>): Promise<ListResult<AuditEntry>>;
}
export const AuditLog = token<AuditLog>('audit.AuditLog');

/** Values that entries are sorted by, and cursors made of. */
export const sortKey = ({ id, at }: AuditEntry, field: string): string => (field === 'at' ? at.toISOString() : id);
