import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { WorkflowExecution } from './workflow-execution.ts';

const schema = defineEntity({
  name: 'AgentRunSpending',
  tableName: 'agent_run_spending',
  properties: {
    /** The id is that of the prompt's execution: the same run, however often it is tried, is one row. */
    ...tenantRow,
    workflowExecutionId: () =>
      p
        .manyToOne(WorkflowExecution)
        .mapToPk()
        .fieldName('workflow_execution_id')
        .deleteRule('cascade')
        .index(),
    /** What was asked for: `decompose`, `step`, `review`, `repair`. */
    purpose: p.string().length(50),
    /** Null while it runs, and of an agent that does not tell. */
    tokens: p.bigint('number').nullable().check('tokens >= 0'),
    cost: p.decimal('number').precision(12).scale(6).nullable().check('cost >= 0'),
    /** Of the cost, ISO 4217. */
    currency: p.character().length(3).default('USD').check(`currency ~ '^[A-Z]{3}$'`),
    endedAt: p.datetime().nullable(),
    ...timestamps,
  },
});

/** One run of an agent and what it cost: written before the run begins, completed when it ends. */
export class AgentRunSpending extends schema.class {}
schema.setClass(AgentRunSpending);
