import { implement } from '@org/enterprise-http';
import { sortKey, AuditLog, type AuditEntry } from './audit-log.js';
import { auditContract, entries } from './audit.contract.js';

const toWire = ({ requestId, at, details, ...entry }: AuditEntry) => ({ ...entry, request_id: requestId, details: details as Record<string, never>, at: at.toISOString() });

export const auditRoutes = implement(auditContract, { log: AuditLog }, ({ log }) => ({
  async list({ query }) {
    const request = entries.read(query);
    const result = await log.list(request);
    return { items: result.items.map(toWire), ...entries.info(request, result, sortKey) };
  },
}));
