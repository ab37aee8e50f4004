/**
 * Ends operations that were not begun and steps that were open when their workflow ended, and whose jobs were lost before
 * they could see it: nobody will ever come to them, and a row that is open for ever is a lie. What may have had its effect
 * is looked for instead (`time/aftermath.ts`).
 */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { ledgerTables, type Operation } from '../../entities/workflows/operation.ts';
import { workflowEndsSql } from '../../entities/workflows/workflow-states.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import { lateAgents } from './control/late-agents-scope.ts';
import type { Service } from './define.ts';
import { type Engine, ledgerOf, services } from './engine.ts';
import { announceEnd, transition } from './outbox.ts';

/** Old enough that their own jobs, if there are any, would have ended them. */
const ageMs = 60_000;
/** So many at a time; the others with the next pass. */
const batch = 100;

type Orphan = { kind: Service | 'step'; id: string; organization_id: string; workflow_status: string };

export async function cancelOrphans(engine: Engine, em: EntityManager): Promise<number> {
  const orphans = await em.execute<Orphan[]>(
    [
      ...services.map((service) => orphansIn(ledgerTables[service], service)),
      orphansIn(em.getMetadata().get(WorkflowStepExecution).tableName, 'step'),
    ].join(' union all '),
  );
  for (const orphan of orphans) await cancel(engine, orphan);
  return orphans.length;
}

const orphansIn = (table: string, kind: Orphan['kind']) =>
  `(select '${kind}' as kind, row.id, row.organization_id, workflow.status as workflow_status
      from ${table} row join workflow_executions workflow on workflow.id = row.workflow_execution_id
     where row.status in (${(kind === 'step' ? openSteps : openOperations).map((status) => `'${status}'`).join(', ')})
       and workflow.status in ${workflowEndsSql}
       and row.updated_at < clock_timestamp() - interval '${ageMs} milliseconds'
       ${kind === 'step' ? '' : `and row.scope <> '${lateAgents}' and (row.lease_until is null or row.lease_until < clock_timestamp())`}
     limit ${batch})`;

const openOperations = ['intended'];
const openSteps = ['pending', 'queued', 'running', 'waiting'];

async function cancel(engine: Engine, { kind, id, organization_id, workflow_status }: Orphan): Promise<void> {
  const db = engine.databases.inOrganization(organization_id);
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
  await db.workflows(async (em) => {
    if (kind === 'step') {
      const step = await em.findOne(WorkflowStepExecution, id, lock);
      if (step && !step.isOver()) step.cancel(`the workflow is ${workflow_status}`);
      return;
    }
    const operation: Operation | null = await em.findOne(ledgerOf[kind], id, lock);
    if (operation?.status !== 'intended') return;
    const cancelled = transition(operation, () => operation.cancel(`workflow ${workflow_status}`));
    await announceEnd(em, kind, operation, cancelled);
  });
}
