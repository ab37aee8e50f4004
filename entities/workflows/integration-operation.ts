import { defineEntity, p } from '@mikro-orm/core';
import { ledgerTables, ofEachLedger, operationStates } from './operation.ts';

const schema = defineEntity({
  name: 'IntegrationOperation',
  tableName: 'integration_operations',
  view: true,
  expression: ofEachLedger(
    (table, service) => `
    select '${service}'::text as service, id, organization_id, workflow_execution_id, workflow_stage_execution_id,
           scope, key, operation_type, status, attempt, superseded_at, attempts, adopted, external_url, waiting_on, waiting_until,
           error_message, started_at, completed_at, duration_ms, created_at, updated_at
      from ${table}`,
    ' union all',
  ),
  properties: {
    service: p.enum(Object.keys(ledgerTables) as (keyof typeof ledgerTables)[]),
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    workflowExecutionId: p.uuid(),
    workflowStageExecutionId: p.uuid(),
    scope: p.text(),
    key: p.text(),
    operationType: p.text(),
    status: p.enum(operationStates),
    attempt: p.integer(),
    /** When a later attempt put another in its place; null while it counts. */
    supersededAt: p.datetime().nullable(),
    attempts: p.integer(),
    adopted: p.boolean(),
    externalUrl: p.text().nullable(),
    waitingOn: p.text().nullable(),
    waitingUntil: p.datetime().nullable(),
    errorMessage: p.text().nullable(),
    startedAt: p.datetime().nullable(),
    completedAt: p.datetime().nullable(),
    /** Milliseconds. */
    durationMs: p.bigint('number').nullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

/** All ledgers in one list, without inputs and receipts, which are long. */
export class IntegrationOperation extends schema.class {
  isOver(): boolean {
    return this.status === 'succeeded' || this.status === 'failed' || this.status === 'cancelled';
  }
}
schema.setClass(IntegrationOperation);
