/** Brings the other databases up to date with the outbox of one workflow. Repeating it changes nothing. */
import type { Job } from 'bullmq';
import { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import type { Engine } from './engine.ts';

export async function projectOutbox(engine: Engine, job: Job): Promise<string> {
  const { organizationId, workflowId } = job.data as { organizationId: string; workflowId: string };
  const db = engine.databases.inOrganization(organizationId);
  const entries = await db.workflows((em) =>
    em.find(
      OutboxEntry,
      { workflowExecutionId: workflowId, publishedAt: null },
      { orderBy: { sequence: 'asc' } },
    ),
  );
  for (const entry of entries) {
    for (const projection of engine.catalogue.projections) {
      if (projection.types && !projection.types.includes(entry.type)) continue;
      await db[projection.database]((em) => projection.apply(entry, em));
    }
    await db.workflows((em) => em.nativeUpdate(OutboxEntry, { id: entry.id }, { publishedAt: new Date() }));
  }
  return `${entries.length} published`;
}
