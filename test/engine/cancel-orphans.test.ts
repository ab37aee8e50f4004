import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { GithubOperation } from '../../entities/workflows/operation.ts';
import { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import { cancelOrphans } from '../../src/engine/cancel-orphans.ts';
import { defineStage } from '../../src/engine/define.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { withAdmin } from '../support/families.ts';
import { makeWorld } from './time/world.ts';

let fresh: FreshDatabases;
let system: TestEngine;
const { note } = makeWorld();
beforeAll(async () => {
  fresh = await freshDatabases();
});
beforeEach(() => {
  const stages = [defineStage({ name: 'only_stage', run: async () => {} })];
  system = testEngine(fresh, 'PostgreSQL', { stages, operations: [note] });
});
afterEach(() => system.close());
afterAll(() => fresh.drop());

const rows = () => system.engine.databases.inOrganization(system.organizationId).workflows;
const pass = () => system.engine.databases.maintenance.workflows((em) => cancelOrphans(system.engine, em));

/** Below a workflow: an operation that was not begun, one that may have been, and a step. */
async function workBelow(): Promise<{ workflowId: string; operations: string[]; step: string }> {
  const { organizationId } = system;
  const workflowId = await system.enqueue();
  const [stage] = await system.stages(workflowId);
  const below = {
    organizationId,
    workflowExecutionId: workflowId,
    workflowStageExecutionId: stage?.id as string,
    definitionVersion: 1,
    attempt: 1,
  };
  const operations = [randomUUID(), randomUUID()];
  const step = randomUUID();
  await rows()(async (em) => {
    for (const [index, id] of operations.entries()) {
      const operation = em.create(GithubOperation, {
        ...below,
        id,
        scope: 'only_stage',
        key: `${index}`,
        operationType: 'note',
        input: { text: 'x' },
        inputHash: 'x',
      } as never);
      if (index === 1) operation.claim(randomUUID(), new Date(Date.now() - 60_000));
      em.persist(operation);
    }
    const made = em.create(WorkflowStepExecution, {
      ...below,
      id: step,
      function: 'each',
      itemId: randomUUID(),
      title: 'one',
      position: 1,
      dependsOn: [],
      maxParallel: 1,
      status: 'queued',
    } as never);
    em.persist(made);
  });
  return { workflowId, operations, step };
}

/** So long ago, by what the rows say: their triggers, which would say now, do not fire for a replica. */
const endWorkflow = (workflowId: string, secondsAgo: number): Promise<void> =>
  withAdmin(fresh.adminUrls.workflows, async (client) => {
    await client.query(`set session_replication_role = replica`);
    await client.query(`update workflow_executions set status = 'failed' where id = $1`, [workflowId]);
    for (const table of ['github_operations', 'workflow_step_executions']) {
      await client.query(
        `update ${table} set updated_at = now() - $2 * interval '1 second' where workflow_execution_id = $1`,
        [workflowId, secondsAgo],
      );
    }
  });

async function statesOf({ operations, step }: { operations: string[]; step: string }) {
  return rows()(async (em) => [
    ...(await Promise.all(
      operations.map(async (id) => (await em.findOneOrFail(GithubOperation, id)).status as string),
    )),
    (await em.findOneOrFail(WorkflowStepExecution, step)).status as string,
  ]);
}

test('what was not begun when its workflow ended is cancelled, once it is old enough, and told', async () => {
  const work = await workBelow();
  await endWorkflow(work.workflowId, 70);
  expect(await pass()).toBe(2);
  expect(await statesOf(work)).toEqual(['cancelled', 'running', 'cancelled']);
  const told = await rows()((em) => em.find(OutboxEntry, { workflowExecutionId: work.workflowId }));
  expect(told.filter(({ type }) => type === 'operation.cancelled')).toHaveLength(1);
  expect(await pass()).toBe(0);
});

test('what may be on its way still is left alone, and so is what belongs to a workflow that goes on', async () => {
  const [late, open] = [await workBelow(), await workBelow()];
  await endWorkflow(late.workflowId, 30);
  await endWorkflow(open.workflowId, 70);
  await rows()((em) =>
    em.execute(`update workflow_executions set status = 'running' where id = ?`, [open.workflowId]),
  );
  expect(await pass()).toBe(0);
  expect(await statesOf(late)).toEqual(['intended', 'running', 'queued']);
  expect(await statesOf(open)).toEqual(['intended', 'running', 'queued']);
});
