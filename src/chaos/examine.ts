/** Looks at everything that a run has left, from outside and in the rows. */
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { auditedOrganizations } from '../audit/organizations.ts';
import { relayChanges } from '../audit/relay.ts';
import { verifyAuditLog } from '../audit/verify.ts';
import { oneMoment } from '../databases/tenancy.ts';
import { compare, type Flaw } from './flaws.ts';
import { flawsOfAll, flawsOfWorkflow } from './invariants.ts';
import { jobsLeft } from './jobs-left.ts';
import type { Laboratory } from './laboratory.ts';
import { flawsOfWebhooks, takenOf, webhookRows } from './webhooks-taken.ts';
import { readWorkflowRows, type WorkflowRows } from './workflow-rows.ts';
import type { Order } from './workload.ts';

export type Findings = {
  flaws: Flaw[];
  /** How many of each there were and were looked at. */
  counted: Record<string, number>;
};

/** What is still on its way when everything is over, such as a job whose worker died: it is taken up once more. */
const jobsPatienceMs = 30_000;

export async function examine(laboratory: Laboratory, orders: readonly Order[]): Promise<Findings> {
  const { databases, sandbox } = laboratory;
  const workflows = await databases.maintenance.workflows((em) => em.find(WorkflowExecution, {}));
  const world = await sandbox.world();
  const all: WorkflowRows[] = [];
  for (const { id, organizationId } of workflows) {
    all.push(await readWorkflowRows(databases.inOrganization(organizationId), id));
  }
  const audit = await examineAudit(laboratory);
  const queues = laboratory.openQueues();
  const jobs = await jobsLeft(queues, jobsPatienceMs).finally(() => queues.close());
  const webhooks = await webhookRows(databases, jobsPatienceMs);
  const flaws = [
    ...compare(
      null,
      'workflows',
      workflows.map(({ idempotencyKey }) => idempotencyKey ?? ''),
      orders.map(({ idempotencyKey }) => idempotencyKey),
    ),
    ...all.flatMap((rows) => flawsOfWorkflow(rows, world)),
    ...flawsOfAll(all, world),
    ...audit.flaws,
    ...jobs,
    ...flawsOfWebhooks(world.webhooks, webhooks),
  ];
  const repositories = Object.values(world.repositories);
  const sum = (count: (one: (typeof repositories)[number]) => number) =>
    repositories.reduce((total, one) => total + count(one), 0);
  return {
    flaws,
    counted: {
      workflows: workflows.length,
      completed: workflows.filter(({ status }) => status === 'completed').length,
      operations: all.reduce((total, { operations }) => total + operations.length, 0),
      adopted: all.reduce((total, rows) => total + rows.operations.filter((one) => one.adopted).length, 0),
      issues: world.issues.length,
      relations: world.relations.length,
      'comments on issues': world.comments.length,
      attachments: world.attachments.length,
      'pull requests': sum(({ pulls }) => pulls.length),
      merges: sum(({ merges }) => merges.length),
      'comments on pull requests': sum(({ comments }) => comments.length),
      'agent runs': world.runs.length,
      'webhooks sent': world.webhooks.length,
      'webhooks taken': takenOf(world.webhooks).length,
      'audit entries': audit.entries,
    },
  };
}

async function examineAudit({ databases }: Laboratory): Promise<{ entries: number; flaws: Flaw[] }> {
  await relayChanges(databases);
  const flaws: Flaw[] = [];
  let entries = 0;
  for (const { id, slug } of await auditedOrganizations(databases)) {
    const verdict = await databases.maintenance.events((em) => verifyAuditLog(em, id), oneMoment);
    entries += verdict.entries;
    for (const { sequence, problem } of verdict.faults) {
      const what = `audit log of ${slug ?? id}: ${sequence === null ? '' : `entry ${sequence} `}${problem}`;
      flaws.push({ sort: 'broken', workflow: null, what });
    }
  }
  return { entries, flaws };
}
