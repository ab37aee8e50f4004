/** Rows of workflows_db for tests, written in plain SQL. */
import { randomUUID } from 'node:crypto';
import type { Databases } from '../../src/databases/connect.ts';

type Values = Record<string, unknown>;

export type WorkflowRows = {
  organizationId: string;
  /** In the organisation's name. */
  query<Row = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** Gives the id. */
  add(table: string, values: Values): Promise<string>;
  workflow(values?: Values): Promise<string>;
  stage(workflowId: string, stage: string, order: number, values?: Values): Promise<string>;
  step(workflowId: string, stageId: string, position: number, values?: Values): Promise<string>;
  operation(
    table: 'github_operations' | 'linear_operations' | 'codegen_operations',
    workflowId: string,
    stageId: string,
    key: string,
    values?: Values,
  ): Promise<string>;
};

export function workflowRows(databases: Databases, organizationId: string = randomUUID()): WorkflowRows {
  const query: WorkflowRows['query'] = (sql, parameters = []) =>
    databases.inOrganization(organizationId).workflows((em) => em.execute(sql, parameters));
  const add: WorkflowRows['add'] = async (table, values) => {
    const row = { id: randomUUID(), organization_id: organizationId, ...values };
    const places = Object.keys(row).map(() => '?');
    await query(
      `insert into ${table} (${Object.keys(row).join(', ')}) values (${places.join(', ')})`,
      Object.values(row),
    );
    return String(row.id);
  };
  return {
    organizationId,
    query,
    add,
    workflow: (values = {}) =>
      add('workflow_executions', {
        name: 'acme/widgets',
        github_owner: 'acme',
        github_repo_name: 'widgets',
        current_stage: 'first',
        stages: '["first", "second"]',
        created_by: 'a test',
        ...values,
      }),
    stage: (workflow, stage, order, values = {}) =>
      add('workflow_stage_executions', {
        workflow_execution_id: workflow,
        stage,
        stage_order: order,
        ...values,
      }),
    step: (workflow, stage, position, values = {}) =>
      add('workflow_step_executions', {
        workflow_execution_id: workflow,
        workflow_stage_execution_id: stage,
        function: 'execute-step',
        item_id: randomUUID(),
        title: `step ${position}`,
        position,
        max_parallel: 2,
        ...values,
      }),
    operation: (table, workflow, stage, key, values = {}) =>
      add(table, {
        workflow_execution_id: workflow,
        workflow_stage_execution_id: stage,
        scope: 'first',
        key,
        operation_type: 'note',
        input: '{}',
        input_hash: 'a'.repeat(64),
        ...values,
      }),
  };
}
