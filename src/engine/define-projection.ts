/** The shape of a projection: what another database is told of what happened. */
import type { EntityManager } from '@mikro-orm/postgresql';
import type { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import type { DatabaseName } from '../config.ts';

/**
 * Brings one other database up to date with what happened: entries in the order of their writing, some of them perhaps
 * for the second time, which must change nothing.
 */
export type ProjectionDefinition = {
  name: string;
  database: DatabaseName;
  /** Types of outbox entries it cares for; all of them where left out. */
  types?: readonly string[];
  apply(entries: readonly OutboxEntry[], em: EntityManager): Promise<void>;
};

/** Declares a projection of the outbox. */
export const defineProjection = (definition: ProjectionDefinition): ProjectionDefinition => definition;
