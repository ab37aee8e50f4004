/** An engine for tests: databases of its own, a queue of its own on either backend, and any catalogue. */
import { randomUUID } from 'node:crypto';
import { type Logger, pino } from 'pino';
import { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import type { Catalogue, Services } from '../../src/engine/define.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { type EnqueueRequest, enqueueWorkflow } from '../../src/engine/enqueue.ts';
import { Queues } from '../../src/engine/queues.ts';
import { type RunningWorker, startWorker } from '../../src/engine/worker.ts';
import { connectMessengers } from '../../src/integrations/connect.ts';
import { type BackendName, redisUrl } from './backends.ts';
import type { FreshDatabases } from './databases.ts';

export type TestEngine = {
  engine: Engine;
  organizationId: string;
  enqueue(request?: Partial<EnqueueRequest>): Promise<string>;
  work(only?: string[]): RunningWorker;
  workflow(id: string): Promise<WorkflowExecution>;
  stages(id: string): Promise<WorkflowStageExecution[]>;
  /** Waits until the workflow is in one of these states; throws, with what it is doing, after `ms`. */
  until(id: string, states: WorkflowExecution['status'][], ms?: number): Promise<WorkflowExecution>;
  /** Waits until a stage asks people something, or the workflow is over. */
  untilAsked(id: string, ms?: number): Promise<WorkflowExecution>;
  close(): Promise<void>;
};

/** Makes the services of each organisation. */
type ServicesFor = (databases: Databases) => (organizationId: string) => Services;

type Poll = (
  id: string,
  isReached: (row: WorkflowExecution) => boolean | Promise<boolean>,
  ms?: number,
) => Promise<WorkflowExecution>;

export function testEngine(
  fresh: FreshDatabases,
  /** Or a Redis of the test's own. */
  backend: BackendName | { redisUrl: string },
  catalogue: Partial<Catalogue>,
  services: Partial<Services> | ServicesFor = {},
  /** Tests that trouble the queue expect it to say so; all others fail when it does. */
  queueMayFail = false,
  logger: Logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' }),
  organizationId: string = randomUUID(),
): TestEngine {
  const databases = connectDatabases(fresh.config, {}, { kind: 'worker', name: 'test worker' });
  const prefix = `test-${randomUUID().slice(0, 8)}`;
  const ownRedis = typeof backend === 'object' ? backend.redisUrl : undefined;
  const queue = { ...fresh.config.queue, prefix, redisUrl: backend === 'Redis' ? redisUrl() : ownRedis };
  const queueErrors: Error[] = [];
  const queues = new Queues(
    queue.redisUrl
      ? { redisUrl: queue.redisUrl, prefix }
      : { postgres: { connectionString: queue.databaseUrl as string } },
    (error) => {
      logger.warn({ err: error }, 'queue');
      // On a machine that is too busy for its locks a job is done by somebody else: that is no failure.
      if (!/lock (mismatch )?for job|is not in the active state/i.test(error.message))
        queueErrors.push(error);
    },
  );
  const engine: Engine = {
    config: { ...fresh.config, queue },
    databases,
    queues,
    catalogue: {
      stages: [],
      steps: [],
      operations: [],
      projections: [],
      maintenance: [],
      eventHandlers: [],
      intake: [],
      ...catalogue,
    },
    servicesOf: typeof services === 'function' ? services(databases) : () => services as Services,
    messengersOf: connectMessengers({ config: fresh.config, databases, logger }),
    logger,
  };
  const workers: RunningWorker[] = [];
  const db = databases.inOrganization(organizationId);
  const workflow = (id: string) => db.workflows((em) => em.findOneOrFail(WorkflowExecution, id));
  const stages = (id: string) =>
    db.workflows((em) =>
      em.find(WorkflowStageExecution, { workflowExecutionId: id }, { orderBy: { stageOrder: 'asc' } }),
    );
  const poll: Poll = async (id, isReached, ms = 30_000) => {
    for (const deadline = Date.now() + ms; ; ) {
      const row = await workflow(id);
      if (await isReached(row)) return row;
      if (Date.now() > deadline) {
        const open = (await stages(id)).map((stage) => `${stage.stage} ${stage.status}`).join(', ');
        throw new Error(`workflow is ${row.status} (${row.errorMessage ?? row.waitingOn ?? ''}): ${open}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return {
    engine,
    organizationId,
    workflow,
    stages,
    enqueue: async (request) => {
      const { workflow: row } = await enqueueWorkflow(engine, {
        organizationId,
        repository: { owner: 'acme', name: 'widgets' },
        createdBy: 'a test',
        ...request,
      });
      return row.id;
    },
    work: (only) => {
      const worker = startWorker(engine, only);
      workers.push(worker);
      return worker;
    },
    until: (id, states, ms) => poll(id, (row) => states.includes(row.status), ms),
    untilAsked: async (id, ms) => {
      await poll(id, async (row) => row.isOver() || (await stages(id)).some((stage) => stage.openGate), ms);
      return workflow(id);
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
      // Or the reconciler of the next test on these databases would put back what is missing from its own queue.
      await db.workflows(async (em) => {
        await em.nativeUpdate(
          WorkflowExecution,
          { status: { $nin: ['completed', 'failed', 'cancelled'] } },
          { status: 'cancelled' },
        );
        await em.nativeUpdate(
          WorkflowStageExecution,
          { status: ['pending', 'queued', 'running', 'waiting'] },
          { status: 'cancelled' },
        );
        await em.nativeUpdate(OutboxEntry, {}, { publishedAt: new Date() });
      });
      // Before they are closed: of a dozen at once, one may not answer in time.
      const [failed] = queueErrors;
      await queues.close();
      await databases.close();
      if (failed && !queueMayFail) throw failed;
    },
  };
}
