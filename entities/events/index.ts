/** events_db: what happened, in order. */
import { Event } from './event.ts';
import { LegacyMigration } from './legacy-migration.ts';
import { LegacyQuarantine } from './legacy-quarantine.ts';

export const entities = [Event, LegacyMigration, LegacyQuarantine];
