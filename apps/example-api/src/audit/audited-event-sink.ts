import { provide } from '@org/enterprise-di';
import { EventBus } from '@org/enterprise-events';
import { currentContext, type DomainEvent } from '@org/enterprise-kernel';
import { isStaff } from '../auth/roles.js';
import { EventSink } from '../events/event-sink.js';
import { Clock } from '../platform.js';
import { AuditLog, type AuditEntry } from './audit-log.js';

/**
 * Puts events into the outbox, and those that somebody caused who may do more than every user into the audit log as well, in
 * the unit of work of the change. What changes announces itself by an event, so nothing that is done can be left out here.
 */
export const auditedEventSink = provide(EventSink, { bus: EventBus, audit: AuditLog, clock: Clock }, ({ bus, audit, clock }): EventSink => ({
  async append(events) {
    await bus.append(events);
    const entries = entriesOf(events, clock.now());
    if (entries.length > 0) await audit.add(entries);
  },
}));

function entriesOf(events: readonly DomainEvent[], now: number): AuditEntry[] {
  const context = currentContext();
  if (!context?.caller || !isStaff(context.caller)) return [];
  const { requestId, caller: { id: actor, via = 'unknown', credentialId, sessionId } } = context;
  const credential = credentialId ?? sessionId ?? null;
  const at = new Date(now);
  return events.map(({ id, type: action, key: target, payload }) => ({ id, actor, via, credential, action, target, requestId, details: { ...payload as object }, at }));
}
