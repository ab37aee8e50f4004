import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { WorkflowExecution } from './workflow-execution.ts';

const schema = defineEntity({
  name: 'Timer',
  tableName: 'timers',
  properties: {
    ...tenantRow,
    workflowExecutionId: () =>
      p.manyToOne(WorkflowExecution).mapToPk().fieldName('workflow_execution_id').deleteRule('cascade'),
    /** The durable function that sleeps: a stage's name, or `<function>/<item id>`. */
    scope: p.string().length(200),
    /** Its name within the scope, chosen by the code that sleeps. */
    key: p.string().length(200),
    /** Worked out once, when the function first came to it. */
    dueAt: p.datetime(),
    ...timestamps,
  },
  uniques: [{ properties: ['workflowExecutionId', 'scope', 'key'] }],
});

/** Until when a durable function sleeps; kept afterwards, so that it does not sleep again when it is entered anew. */
export class Timer extends schema.class {}
schema.setClass(Timer);
