/** Writes what happened, in the transaction in which it happens, for the other databases to hear of. */
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Operation } from '../../entities/workflows/operation.ts';
import { actorInSql, requestInSql } from '../databases/settings.ts';
import { deriveId } from './derive.ts';

/** Who made it happen, and for which HTTP request, as the transaction knows it. */
export const circumstances = `jsonb_strip_nulls(jsonb_build_object('by', ${actorInSql}, 'requestId', ${requestInSql}))`;

/** The id of an event: see {@link announce}. */
export const eventId = (workflowId: string, key: string, attempt = 1): string =>
  deriveId('outbox', workflowId, key, ...(attempt > 1 ? [`attempt ${attempt}`] : []));

/** The state of a row before and after a change to it, for what is announced of it. */
export function transition<Row extends { status: string }>(row: Row, change: (row: Row) => void) {
  const before = { status: row.status };
  change(row);
  return { before, after: { status: row.status } };
}

export type Event = {
  workflow: {
    id: string;
    organizationId: string;
    projectId?: string | null | undefined;
    attempt?: number;
  };
  /** Tells this event from the others of this attempt of its workflow; the same key twice is one event. */
  key: string;
  type: string;
  payload: Record<string, unknown>;
};

/**
 * Where the workflow's project is known, the payload says `projectId` too; and who does it, and for which request (`by`,
 * `requestId`), from the transaction's own settings.
 */
export async function announceAll(em: EntityManager, events: readonly Event[]): Promise<void> {
  const rows = events.map(({ workflow, key, type, payload }) => ({
    id: eventId(workflow.id, key, workflow.attempt),
    organization_id: workflow.organizationId,
    workflow_execution_id: workflow.id,
    type,
    payload: workflow.projectId ? { ...payload, projectId: workflow.projectId } : payload,
    occurred_at: new Date(),
  }));
  await em.execute(
    `insert into outbox (id, organization_id, workflow_execution_id, type, payload, occurred_at)
       select id, organization_id, workflow_execution_id, type, payload || ${circumstances}, occurred_at
         from jsonb_to_recordset(?::jsonb) as event (id uuid, organization_id uuid, workflow_execution_id uuid,
                type text, payload jsonb, occurred_at timestamptz)
       on conflict (id) do nothing`,
    [JSON.stringify(rows)],
  );
}

/** One of them. */
export function announce(
  em: EntityManager,
  workflow: Event['workflow'],
  key: string,
  type: string,
  payload: Record<string, unknown>,
): Promise<void> {
  return announceAll(em, [{ workflow, key, type, payload }]);
}

/** What became of an operation: all that was done to the outside world is told. */
export function announceEnd(
  em: EntityManager,
  service: string,
  operation: Operation,
  change: ReturnType<typeof transition>,
): Promise<void> {
  const { id, organizationId, workflowExecutionId, status, attempt, startedAt, completedAt } = operation;
  return announce(
    em,
    { id: workflowExecutionId, organizationId, attempt },
    `operation/${id}/${status}`,
    `operation.${status}`,
    {
      service,
      operation: operation.operationType,
      operationId: id,
      scope: operation.scope,
      ...change,
      // what was cancelled before it began took no time
      durationMs: startedAt && completedAt ? completedAt.getTime() - startedAt.getTime() : 0,
      ...(operation.errorMessage ? { reason: operation.errorMessage } : {}),
    },
  );
}
