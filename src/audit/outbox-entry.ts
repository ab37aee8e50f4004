/** What an announcement of the engine says in the audit log. */
import type { Actor } from '../../entities/actor.ts';
import { ledgerTables } from '../../entities/workflows/operation.ts';
import type { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import type { NewAuditEntry } from './append.ts';

const tables: Readonly<Record<string, string>> = {
  workflow: 'workflows.workflow_executions',
  stage: 'workflows.workflow_stage_executions',
  step: 'workflows.workflow_step_executions',
  signal: 'workflows.signals',
};

const ledgers: Readonly<Record<string, string>> = ledgerTables;

export function entryOfOutbox(entry: OutboxEntry): NewAuditEntry {
  const { by, requestId, before, after, reason, ...facts } = entry.payload;
  return {
    organizationId: entry.organizationId,
    source: 'workflows.outbox',
    sourceId: entry.id,
    actor: (by ?? { kind: 'role', name: 'unknown' }) as Actor,
    action: entry.type,
    ...subjectOf(entry),
    before: isObject(before) ? before : null,
    // what else was announced belongs to what became of it
    after: { ...(isObject(after) ? after : {}), ...facts, workflowId: entry.workflowExecutionId },
    reason: typeof reason === 'string' ? reason : null,
    requestId: typeof requestId === 'string' ? requestId : null,
    occurredAt: entry.occurredAt,
  };
}

function subjectOf({ type, payload, workflowExecutionId }: OutboxEntry) {
  const [subject = ''] = type.split('.');
  const id = (name: string) => (typeof payload[name] === 'string' ? payload[name] : workflowExecutionId);
  if (subject === 'workflow')
    return { subjectType: tables.workflow as string, subjectId: workflowExecutionId };
  if (subject === 'operation') {
    return {
      subjectType: `workflows.${ledgers[String(payload.service)] ?? 'operations'}`,
      subjectId: id('operationId'),
    };
  }
  // a type of somebody's own, by `announce` in a stage, is about the workflow
  return {
    subjectType: tables[subject] ?? (tables.workflow as string),
    subjectId: id(`${subject}Id`),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
