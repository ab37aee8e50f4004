/** Puts a workflow in: one transaction, which those that come at the same moment share, then its first job. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Signal } from '../../entities/workflows/signal.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import type { WorkflowOptions, WorkflowTemplate } from '../../entities/workflows/workflow-template.ts';
import { insertAndRead, insertRows } from '../databases/insert-rows.ts';
import { detached } from '../databases/read-rows.ts';
import { admitSoon } from './admission/admit-soon.ts';
import { type AtTheDoor, askForPlaces } from './admission/at-the-door.ts';
import { batching } from './batching.ts';
import { hashOf } from './derive.ts';
import type { Engine } from './engine.ts';
import { addOrLeave, stageJob } from './jobs.ts';
import { announceAll } from './outbox.ts';
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

/**
 * Throws a {@link Refusal} where the key stands for another request, there is no such template, or too many stand in line:
 * never for what was put in before.
 */
export async function enqueueWorkflow(
  engine: Pick<Engine, 'config' | 'databases' | 'queues' | 'catalogue' | 'logger'>,
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
    const { workflow, first, callForPass } = await insertTogether(engine, organizationId, {
      request,
      requestHash,
    });
    if (first.status === 'queued') await addOrLeave(engine, stageJob(first));
    if (callForPass) admitSoon(engine);
    projectSoon(engine, organizationId);
    return { workflow, created: true };
  } catch (error) {
    const raced = error instanceof KeyTaken ? await earlier() : null;
    if (raced) return { workflow: raced, created: false };
    throw error;
  }
}

/** Somebody else has put in a workflow under the same key at this moment. */
class KeyTaken extends Error {}

type Inserting = Pick<Engine, 'config' | 'databases' | 'catalogue'>;
type Wanted = { request: EnqueueRequest; requestHash: string };
type Inserted = Pick<AtTheDoor, 'callForPass'> & {
  workflow: WorkflowExecution;
  first: WorkflowStageExecution;
};

/** What comes to this process at the same moment is committed together. */
const insertTogether = batching((engine: Inserting, organizationId, wanted: readonly Wanted[]) =>
  engine.databases
    .inOrganization(organizationId)
    .workflows((em) => insertAll(em, engine, organizationId, wanted)),
);

async function insertAll(
  em: EntityManager,
  { catalogue, config }: Inserting,
  organizationId: string,
  wanted: readonly Wanted[],
): Promise<Inserted[]> {
  const templates = new Map<string | undefined, WorkflowTemplate>();
  const made: ReturnType<typeof rowsOf>[] = [];
  const answers = await askForPlaces(em, organizationId, config.limits, wanted.length);
  for (const [index, one] of wanted.entries()) {
    const { template: name } = one.request;
    const template = templates.get(name) ?? (await templateFor(em, catalogue, organizationId, name));
    templates.set(name, template);
    made.push(rowsOf(template, one, answers[index] as AtTheDoor));
  }
  const inserted = await insertAndRead(
    em,
    WorkflowExecution,
    made.map(({ workflow }) => workflow),
  );
  if (inserted.length < wanted.length) throw new KeyTaken();
  await insertRows(
    em,
    WorkflowStageExecution,
    made.flatMap(({ stages }) => stages),
  );
  await insertRows(
    em,
    Signal,
    made.flatMap(({ signals }) => signals),
  );
  await announceAll(
    em,
    inserted.map((workflow) => ({
      workflow,
      key: 'queued',
      type: 'workflow.queued',
      payload: {
        repository: `${workflow.githubOwner}/${workflow.githubRepoName}`,
        after: { status: workflow.status },
      },
    })),
  );
  const workflows = new Map(inserted.map((workflow) => [workflow.id, workflow]));
  return made.map(({ workflow, stages }, index) => ({
    workflow: workflows.get(workflow.id) as WorkflowExecution,
    first: stages[0] as WorkflowStageExecution,
    callForPass: answers[index]?.callForPass ?? false,
  }));
}

/** Those asked for count before the template's; of a budget, limit by limit. */
function optionsOf(template: WorkflowOptions, asked: WorkflowOptions = {}): WorkflowOptions {
  const budget = { ...template.budget, ...asked.budget };
  return { ...template, ...asked, ...(Object.keys(budget).length > 0 ? { budget } : {}) };
}

/** What a request becomes in the database. */
function rowsOf(template: WorkflowTemplate, { request, requestHash }: Wanted, { waitingOn }: AtTheDoor) {
  const { organizationId, repository } = request;
  const names = template.stages.map((stage) => stage.name);
  const workflow = detached(WorkflowExecution, {
    id: randomUUID(),
    organizationId,
    name: request.name ?? `${repository.owner}/${repository.name}`,
    workflowTemplateId: template.id,
    githubOwner: repository.owner,
    githubRepoName: repository.name,
    githubBranch: request.baseBranch ?? null,
    currentStage: names[0] as string,
    stages: names,
    options: optionsOf(template.options, request.options),
    idempotencyKey: request.idempotencyKey ?? null,
    requestHash,
    createdBy: request.createdBy,
  });
  const stages = template.stages.map(({ name, timeoutMs }, index) =>
    detached(WorkflowStageExecution, {
      id: randomUUID(),
      organizationId,
      workflowExecutionId: workflow.id,
      stage: name,
      stageOrder: index + 1,
      timeoutMs: timeoutMs ?? null,
      status: 'pending',
      incarnation: 1,
    }),
  );
  const first = stages[0] as WorkflowStageExecution;
  if (waitingOn === null) {
    workflow.admit();
    first.queue();
  } else {
    workflow.standInLine(waitingOn);
    first.standInLine(waitingOn);
  }
  const text = request.requirements;
  const given =
    text === undefined
      ? []
      : [
          detached(Signal, {
            id: randomUUID(),
            organizationId,
            workflowExecutionId: workflow.id,
            gate: 'requirements',
            type: 'requirements',
            actor: request.createdBy,
            payload: { text },
          }),
        ];
  return { workflow, stages, signals: given };
}
