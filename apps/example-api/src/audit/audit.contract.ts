import { contract, cursorPageOf, list, ok, route } from '@org/enterprise-http';
import { z } from 'zod';
import { storable } from '../text.js';

const Entry = z.object({
  id: z.uuid().meta({ description: 'Of the event that says what happened.', example: '01890a5d-ac96-774b-bcce-b302099a8057' }),
  actor: z.string().meta({ description: 'Id of who did it.' }),
  via: z.string().meta({ description: 'How they proved who they are.', example: 'jwt' }),
  credential: z.string().nullable().meta({ description: 'Id of the session or API key that proved it.' }),
  action: z.string().meta({ example: 'user.roles_changed' }),
  target: z.string().meta({ description: 'Id of what it was done to.' }),
  request_id: z.string(),
  details: z.record(z.string(), z.json()),
  at: z.iso.datetime().meta({ example: '2026-01-01T09:30:00.000Z' }),
}).meta({ id: 'AuditEntry' });

const Text = z.string().min(1).max(100).refine(...storable);

export const entries = list({ sort: ['at'], defaultSort: ['-at'], filters: { actor: Text, action: Text, target: Text }, cursor: true });

export const auditContract = contract('audit', {
  list: route({
    method: 'GET', path: '/audit-log', summary: 'List what administrators did', access: 'audit:read',
    description: 'Everything that was changed by somebody who may do more than every user, also by API key, the latest first. Entries are written with the change itself and never altered.',
    query: entries.query, returns: ok(cursorPageOf(Entry)),
  }),
});
