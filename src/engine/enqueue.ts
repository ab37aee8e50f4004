/** Puts a workflow in: one transaction, which those that come at the same moment share, then its first job. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Signal } from '../../entities/workflows/signal.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import type { WorkflowOptions, WorkflowTemplate } from '../../entities/workflows/workflow-template.ts';
import { insertAndRead, insertRows } from '../databases/insert-rows.ts';
import { detached } from '../databases/read-rows.ts';
import { enqueueSpan, traced, traceparentHere } from '../telemetry/traced.ts';
import { admitSoon } from './admission/admit-soon.ts';
import { type AtTheDoor, askForPlaces } from './admission/at-the-door.ts';
import { batching } from './batching.ts';
import { stageNamed } from './catalogue.ts';
import type { Catalogue } from './define.ts';
import { hashOf } from './derive.ts';
import type { Duration } from './duration.ts';
import type { Engine } from './engine.ts';
import { addOrLeave, stageJob } from './jobs.ts';
import { announceAll } from './outbox.ts';
import { projectSoon } from './project.ts';
import { Refusal } from './refusal.ts';
import { startInWords, type Times, timesOf } from './time/start-and-deadline.ts';
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
  /** The workflow whose work this one goes on with: only the difference is planned. */
  follows?: string | undefined;
  /** Until then it waits in line; it starts at once where left out, or where that is past. */
  startAt?: Date | undefined;
  /** What is not over by then fails. */
  deadlineAt?: Date | undefined;
  /** The same, counted from its start; where both are given, the earlier counts. */
  deadlineIn?: Duration | undefined;
  /** The same key with the same request gives the same workflow, for ever. */
  idempotencyKey?: string | undefined;
  createdBy: string;
  /** Whose request it is, where that is not who puts it in. */
  requestedBy?: string[] | undefined;
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
  const requestHash = requestHashOf(request);
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
    const times = timesOf(request);
    const { workflow, first, callForPass } = await traced(enqueueSpan, () =>
      insertTogether(engine, organizationId, { request, requestHash, times, traceparent: traceparentHere() }),
    );
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

/** The same for all that ask for the same, whoever they are. */
export function requestHashOf(request: EnqueueRequest): string {
  const { createdBy: _, requestedBy: __, idempotencyKey: ___, ...asked } = request;
  return hashOf(asked);
}

/** Somebody else has put in a workflow under the same key at this moment. */
class KeyTaken extends Error {}

type Inserting = Pick<Engine, 'config' | 'databases' | 'catalogue'>;
type Wanted = { request: EnqueueRequest; requestHash: string; times: Times; traceparent: string | null };
type Inserted = Pick<AtTheDoor, 'callForPass'> & {
  workflow: WorkflowExecution;
  first: WorkflowStageExecution;
};

/** What comes to this process at the same moment is committed together. */
const insertTogether = batching((engine: Inserting, organizationId, wanted: readonly Wanted[]) =>
  engine.databases
    .inOrganization(organizationId)
    .workflows((em) => insertWorkflows(em, engine, organizationId, wanted)),
);

/**
 * Writes the rows, in the caller's transaction. Once it is committed, a first stage that is queued needs its job.
 * Throws {@link KeyTaken} where a key is in use.
 */
export async function insertWorkflows(
  em: EntityManager,
  { catalogue, config }: Inserting,
  organizationId: string,
  wanted: readonly Wanted[],
): Promise<Inserted[]> {
  const templates = new Map<string | undefined, WorkflowTemplate>();
  const made: ReturnType<typeof rowsOf>[] = [];
  const atOnce = wanted.filter(({ times }) => !times.startAt).length;
  const answers = atOnce > 0 ? await askForPlaces(em, organizationId, config.limits, atOnce) : [];
  // what is put off asks for its place when it is to start
  const answersOf = wanted.map(({ times }) =>
    times.startAt ? putOff(times.startAt) : (answers.shift() as AtTheDoor),
  );
  for (const [index, one] of wanted.entries()) {
    const { template: name } = one.request;
    const template = templates.get(name) ?? (await templateFor(em, catalogue, organizationId, name));
    templates.set(name, template);
    const followsId = one.request.follows ? await followed(em, one.request) : null;
    made.push(rowsOf(template, catalogue, one, answersOf[index] as AtTheDoor, followsId));
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
    callForPass: answersOf[index]?.callForPass ?? false,
  }));
}

/** The workflow that is to be followed; a {@link Refusal} where there is none in that repository. */
async function followed(em: EntityManager, { follows, repository }: EnqueueRequest): Promise<string> {
  const earlier = await em.findOne(WorkflowExecution, { id: follows as string });
  const fullName = ({ owner, name }: EnqueueRequest['repository']) => `${owner}/${name}`.toLowerCase();
  if (!earlier) throw new Refusal('invalid', `There is no workflow ${follows} to follow.`);
  if (fullName(earlier.repository()) === fullName(repository)) return earlier.id;
  throw new Refusal(
    'invalid',
    `Workflow ${follows} is about ${earlier.githubOwner}/${earlier.githubRepoName}; only work on the same repository can be followed.`,
  );
}

/** Those asked for count before the template's; of a budget, limit by limit. */
function optionsOf(template: WorkflowOptions, asked: WorkflowOptions = {}): WorkflowOptions {
  const budget = { ...template.budget, ...asked.budget };
  return { ...template, ...asked, ...(Object.keys(budget).length > 0 ? { budget } : {}) };
}

const putOff = (startAt: Date): AtTheDoor => ({ waitingOn: startInWords(startAt), callForPass: false });

/** What a request becomes in the database. */
function rowsOf(
  template: WorkflowTemplate,
  catalogue: Catalogue,
  { request, requestHash, times, traceparent }: Wanted,
  { waitingOn }: AtTheDoor,
  followsId: string | null,
) {
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
    requestedBy: request.requestedBy ?? null,
    followsId,
    traceparent,
    ...times,
  });
  const stages = template.stages.map(({ name, timeoutMs }, index) =>
    detached(WorkflowStageExecution, {
      id: randomUUID(),
      organizationId,
      workflowExecutionId: workflow.id,
      stage: name,
      stageOrder: index + 1,
      timeoutMs: timeoutMs ?? null,
      definitionVersion: stageNamed(catalogue, name).version ?? 1,
      status: 'pending',
      incarnation: 1,
    }),
  );
  const first = stages[0] as WorkflowStageExecution;
  if (times.startAt) {
    workflow.awaitStart(startInWords(times.startAt), times.startAt);
  } else if (waitingOn === null) {
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
