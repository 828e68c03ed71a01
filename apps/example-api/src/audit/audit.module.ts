import { defineModule } from '@org/enterprise-di';
import { drizzleAuditLog } from './audit-log.drizzle.js';
import { auditRoutes } from './audit.routes.js';
import { auditedEventSink } from './audited-event-sink.js';

export const auditModule = defineModule({
  name: 'audit',
  providers: [drizzleAuditLog, auditedEventSink],
  routes: [auditRoutes],
});
