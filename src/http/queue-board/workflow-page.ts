/**
 * From a job to its workflow, and from there to all of its jobs. The queues carry the jobs of every organisation, so this page
 * reads beyond one; it shows states and ids, no text of a customer.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import { type RequestHandler, Router } from 'express';
import { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import type { Engine } from '../../engine/engine.ts';
import { ledgerOf, services } from '../../engine/engine.ts';
import { jobIdOf } from '../../engine/jobs.ts';
import type { JobAddress } from '../../engine/queue-backend.ts';
import { queueNameOf } from '../../engine/queues.ts';
import { callerOf } from '../authenticate.ts';
import { html } from '../html.ts';
import { sendPage } from '../page.ts';
import { idIn } from '../paths.ts';
import { Problem } from '../problem.ts';
import { boardNames } from './groups.ts';

type Line = { what: string; status: string; attempt: number; at: Date; job: JobAddress };

type LookingEngine = Pick<Engine, 'databases' | 'queues' | 'catalogue'>;

/** @param basePath where the board is mounted */
export function workflowPage(engine: LookingEngine, basePath: string): Router {
  const router = Router();
  const nameOf = boardNames(engine.catalogue);
  const show: RequestHandler = async (req, res) => {
    const id = idIn(req, 'id', 'workflow');
    const found = await engine.databases.maintenance.workflows((em) => readJobs(em, id));
    if (!found) throw new Problem('not-found', `There is no workflow ${id}.`);
    const { workflow, lines } = found;
    const states = await engine.queues.statesOf(lines.map(({ job }) => job));
    const caller = callerOf(res);
    const isOwn = caller.organizationId === workflow.organizationId;
    const link = ({ queue, id: job }: JobAddress) =>
      html`<a href="${basePath}/queue/${nameOf(queue)}/${job}">${nameOf(queue)}</a>`;
    const body = html`<h1>Jobs of a workflow</h1>
<p><span class="status ${workflow.status}">${workflow.status}</span>, at ${workflow.currentStage.replaceAll('_', ' ')}, attempt ${workflow.attempt}</p>
<p class="quiet">Workflow <code>${id}</code>, of the organisation <code>${workflow.organizationId}</code></p>
<p><a href="${basePath}">All queues</a>${isOwn ? html` · <a href="/v1/workflows/${id}">The workflow itself</a>` : null}</p>
<div class="card scroll"><table>
<thead><tr><th>What</th><th>Status</th><th>Attempt</th><th>Job</th></tr></thead>
<tbody>${lines.map(
      ({ what, status, attempt, job }, index) => html`<tr>
<td>${what}</td>
<td><span class="status ${status}">${status}</span></td>
<td class="fixed">${attempt}</td>
<td class="fixed">${states[index] === 'missing' ? html`<span class="quiet">none in the queue</span>` : link(job)}</td>
</tr>`,
    )}</tbody>
</table></div>`;
    sendPage(res, 200, { title: 'Jobs of a workflow', caller, body });
  };
  router.get('/workflows/:id', show);
  return router;
}

async function readJobs(em: EntityManager, id: string) {
  const workflow = await em.findOne(WorkflowExecution, id);
  if (!workflow) return null;
  const of = { workflowExecutionId: id };
  const stages = await em.find(WorkflowStageExecution, of, {
    orderBy: { stageOrder: 'asc', attempt: 'asc' },
  });
  const steps = await em.find(WorkflowStepExecution, of, { orderBy: { position: 'asc' } });
  const lines: (Line & { stageId: string; rank: number })[] = [
    ...stages
      .filter(({ status }) => status !== 'pending')
      .map((row) => ({
        what: row.stage.replaceAll('_', ' '),
        stageId: row.id,
        rank: 0,
        ...factsOf(row, queueNameOf(row.stage)),
      })),
    ...steps.map((row) => ({
      what: `${row.function}, step ${row.position}`,
      stageId: row.workflowStageExecutionId,
      rank: 1,
      ...factsOf(row, 'steps'),
    })),
  ];
  for (const service of services) {
    const fields = [
      'id',
      'incarnation',
      'status',
      'attempt',
      'createdAt',
      'operationType',
      'workflowStageExecutionId',
    ] as const;
    const operations = await em.find(ledgerOf[service], of, { fields: [...fields] });
    lines.push(
      ...operations.map((row) => ({
        what: row.operationType,
        stageId: row.workflowStageExecutionId,
        rank: 2,
        ...factsOf(row, service),
      })),
    );
  }
  const place = new Map(stages.map((stage, index) => [stage.id, index]));
  const placeOf = ({ stageId }: { stageId: string }) => place.get(stageId) ?? stages.length;
  lines.sort((a, b) => placeOf(a) - placeOf(b) || a.rank - b.rank || a.at.getTime() - b.at.getTime());
  return { workflow, lines: lines as Line[] };
}

const factsOf = (
  row: { id: string; incarnation: number; status: string; attempt: number; createdAt: Date },
  queue: string,
) => ({ status: row.status, attempt: row.attempt, at: row.createdAt, job: { queue, id: jobIdOf(row) } });
