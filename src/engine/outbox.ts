/** Writes what happened, in the transaction in which it happens, for the other databases to hear of. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { deriveId } from './derive.ts';
import type { EngineJob } from './queues.ts';

/**
 * Where the workflow's project is known, the payload says `projectId` too.
 * @param key tells this event from the others of its workflow; the same key twice is one event
 */
export async function announce(
  em: EntityManager,
  workflow: { id: string; organizationId: string; projectId?: string | null | undefined },
  key: string,
  type: string,
  payload: Record<string, unknown>,
): Promise<void> {
  const id = deriveId('outbox', workflow.id, key);
  await em
    .createQueryBuilder(OutboxEntry)
    .insert({
      id,
      organizationId: workflow.organizationId,
      workflowExecutionId: workflow.id,
      type,
      payload: workflow.projectId ? { ...payload, projectId: workflow.projectId } : payload,
      occurredAt: new Date(),
    })
    .onConflict('id')
    .ignore()
    .execute();
}

/** The job that brings the other databases up to date with one workflow. Many may be added; each does what is left. */
export function projectionJob(workflow: { id: string; organizationId: string }): EngineJob {
  return {
    queue: 'projections',
    name: 'project-outbox',
    id: `${workflow.id}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`,
    data: { organizationId: workflow.organizationId, workflowId: workflow.id },
    attempts: 10,
    backoffMs: 1_000,
  };
}
