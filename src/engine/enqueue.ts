/** Puts a workflow in: one transaction, then its first job. */
import { randomUUID } from 'node:crypto';
import { UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { Signal } from '../../entities/workflows/signal.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import type { WorkflowOptions } from '../../entities/workflows/workflow-template.ts';
import { hashOf } from './derive.ts';
import type { Engine } from './engine.ts';
import { addOrLeave, stageJob } from './jobs.ts';
import { announce } from './outbox.ts';
import { projectSoon } from './project.ts';
import { Refusal } from './refusal.ts';
import { templateFor } from './workflow-template.ts';

export type EnqueueRequest = {
  organizationId: string;
  repository: { owner: string; name: string };
  /** The base branch; the repository's default branch where left out. */
  baseBranch?: string | undefined;
  name?: string | undefined;
  /** Markdown; where left out, the workflow waits until somebody gives it. */
  requirements?: string | undefined;
  /** Count before those of the template. */
  options?: WorkflowOptions | undefined;
  /** The name of the template; the organisation's default where left out. */
  template?: string | undefined;
  /** The same key with the same request gives the same workflow, for ever. */
  idempotencyKey?: string | undefined;
  createdBy: string;
};

/** Throws a {@link Refusal} where the key stands for another request, or there is no such template. */
export async function enqueueWorkflow(
  engine: Pick<Engine, 'databases' | 'queues' | 'catalogue' | 'logger'>,
  request: EnqueueRequest,
): Promise<{ workflow: WorkflowExecution; created: boolean }> {
  const { organizationId, idempotencyKey } = request;
  const db = engine.databases.inOrganization(organizationId);
  const { createdBy: _, idempotencyKey: __, ...asked } = request;
  const requestHash = hashOf(asked);
  const earlier = async () => {
    if (!idempotencyKey) return null;
    const found = await db.workflows((em) =>
      em.findOne(WorkflowExecution, { organizationId, idempotencyKey }),
    );
    if (found && found.requestHash !== requestHash) {
      throw new Refusal(
        'key-reused',
        `The idempotency key "${idempotencyKey}" was used for another request (workflow ${found.id}); use a new key.`,
      );
    }
    return found;
  };

  const known = await earlier();
  if (known) return { workflow: known, created: false };
  try {
    const { workflow, first } = await insert(engine, request, requestHash);
    await addOrLeave(engine, stageJob(first));
    projectSoon(engine, organizationId);
    return { workflow, created: true };
  } catch (error) {
    const raced = error instanceof UniqueConstraintViolationException ? await earlier() : null;
    if (raced) return { workflow: raced, created: false };
    throw error;
  }
}

async function insert(
  engine: Pick<Engine, 'databases' | 'catalogue'>,
  request: EnqueueRequest,
  requestHash: string,
) {
  const { organizationId, repository } = request;
  const db = engine.databases.inOrganization(organizationId);
  return db.workflows(async (em) => {
    const template = await templateFor(em, engine.catalogue, organizationId, request.template);
    const names = template.stages.map((stage) => stage.name);
    const workflow = em.create(WorkflowExecution, {
      id: randomUUID(),
      organizationId,
      name: request.name ?? `${repository.owner}/${repository.name}`,
      workflowTemplateId: template.id,
      githubOwner: repository.owner,
      githubRepoName: repository.name,
      githubBranch: request.baseBranch ?? null,
      currentStage: names[0] as string,
      stages: names,
      options: { ...template.options, ...request.options },
      idempotencyKey: request.idempotencyKey ?? null,
      requestHash,
      createdBy: request.createdBy,
    });
    em.persist(workflow);
    const stages = template.stages.map(({ name, timeoutMs }, index) =>
      em.create(WorkflowStageExecution, {
        id: randomUUID(),
        organizationId,
        workflowExecutionId: workflow.id,
        stage: name,
        stageOrder: index + 1,
        timeoutMs: timeoutMs ?? null,
      }),
    );
    const first = stages[0] as WorkflowStageExecution;
    first.queue();
    em.persist(stages);
    if (request.requirements !== undefined) {
      em.persist(
        em.create(Signal, {
          id: randomUUID(),
          organizationId,
          workflowExecutionId: workflow.id,
          gate: 'requirements',
          type: 'requirements',
          actor: request.createdBy,
          payload: { text: request.requirements },
        }),
      );
    }
    await em.flush();
    await announce(em, workflow, 'queued', 'workflow.queued', {
      repository: `${repository.owner}/${repository.name}`,
      after: { status: workflow.status },
    });
    return { workflow, first };
  });
}
