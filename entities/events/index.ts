/** events_db: what happened, in order, and who did it. */
import { AuditEntry } from './audit-entry.ts';
import { AuditHead } from './audit-head.ts';
import { Event } from './event.ts';

export const entities = [Event, AuditEntry, AuditHead];
