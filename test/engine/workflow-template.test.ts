import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WorkflowTemplate } from '../../entities/workflows/workflow-template.ts';
import { catalogue } from '../../jobs/workflow.ts';
import { defineStage } from '../../src/engine/define.ts';
import { seedTemplate } from '../../src/engine/workflow-template.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';

let fresh: FreshDatabases;
let engine: TestEngine;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterEach(() => engine.close());
afterAll(() => fresh.drop());

const stage = (name: string) => defineStage({ name, run: async () => {} });

const start = (stages = catalogue.stages) => {
  engine = testEngine(fresh, 'PostgreSQL', { stages });
  return engine;
};

const inWorkflows = <T>(
  work: Parameters<ReturnType<TestEngine['engine']['databases']['inOrganization']>['workflows']>[0],
) => engine.engine.databases.inOrganization(engine.organizationId).workflows(work) as Promise<T>;

const templates = () =>
  inWorkflows<WorkflowTemplate[]>((em) => em.find(WorkflowTemplate, {}, { orderBy: { revision: 'asc' } }));

const add = (values: Partial<WorkflowTemplate>) =>
  inWorkflows<void>(async (em) => {
    em.persist(
      em.create(WorkflowTemplate, {
        id: randomUUID(),
        organizationId: engine.organizationId,
        name: 'Ours',
        revision: 1,
        stages: [{ name: 'completion', timeoutMs: 1_000 }],
        createdBy: 'Ada',
        ...values,
      }),
    );
  });

test('an organisation starts with a default template of the eight stages, with their time limits', async () => {
  const { enqueue, workflow, stages } = start();
  const id = await enqueue();
  const [template, ...more] = await templates();
  expect(more).toEqual([]);
  expect(template).toMatchObject({ revision: 1, isDefault: true, isBuiltIn: true, options: {} });
  expect(template?.stages).toHaveLength(8);
  expect(template?.stages[4]).toEqual({ name: 'task_execution', timeoutMs: 24 * 3_600_000 });
  expect(await workflow(id)).toMatchObject({
    workflowTemplateId: template?.id,
    stages: template?.stages.map(({ name }) => name),
  });
  expect((await stages(id)).map(({ timeoutMs }) => timeoutMs)).toEqual(
    template?.stages.map(({ timeoutMs }) => timeoutMs),
  );
});

test('it is seeded once, by however many processes', async () => {
  const { enqueue } = start();
  await Promise.all([1, 2, 3, 4].map(() => enqueue()));
  expect(await templates()).toHaveLength(1);
});

test('it follows the stages of the program, and workflows keep the revision they were made from', async () => {
  const { enqueue, workflow, engine: before, organizationId } = start([stage('one'), stage('two')]);
  const id = await enqueue();
  const db = before.databases.inOrganization(organizationId);
  const seed = (stages: string[]) =>
    db.workflows((em) => seedTemplate(em, { stages: stages.map(stage) }, organizationId));
  expect(await seed(['one', 'two', 'three'])).toMatchObject({ revision: 2, isDefault: true });
  expect((await templates()).map(({ isDefault }) => isDefault)).toEqual([false, true]);
  expect((await workflow(id)).workflowTemplateId).toBe((await templates())[0]?.id);
  // an older version that still runs goes back to its own
  expect(await seed(['one', 'two'])).toMatchObject({ revision: 1, isDefault: true });
  expect(await templates()).toHaveLength(2);
});

test('a template can be asked for by name, with its stages and options', async () => {
  const { enqueue, workflow, stages } = start();
  await add({ options: { autoMerge: true, autoConfirmPlan: true } });
  await add({ revision: 2, options: { autoMerge: true, maxParallelSteps: 7 } });
  await add({ revision: 3, archivedAt: new Date(), stages: [] });
  const id = await enqueue({ template: 'OURS', options: { autoMerge: false } });
  expect((await workflow(id)).options).toEqual({ autoMerge: false, maxParallelSteps: 7 });
  expect((await stages(id)).map((one) => [one.stage, one.timeoutMs])).toEqual([['completion', 1_000]]);
  await expect(enqueue({ template: 'our_' })).rejects.toThrow('There is no workflow template "our_"');
});

test('a default of its own is used instead of the built-in one', async () => {
  const { enqueue, workflow } = start();
  await add({ isDefault: true });
  expect((await workflow(await enqueue())).stages).toEqual(['completion']);
  expect(await templates()).toHaveLength(1);
});

test('a template with a stage that the program has not is refused, and so is one without stages', async () => {
  const { enqueue } = start();
  await add({ name: 'Later', stages: [{ name: 'deploy' }] });
  await add({ name: 'Empty', stages: [] });
  await expect(enqueue({ template: 'Later' })).rejects.toThrow(
    /has the stage "deploy", which this version has not/,
  );
  await expect(enqueue({ template: 'Empty' })).rejects.toThrow(/has no stage/);
});

test('a revision never changes; which one is the default may, and there is one', async () => {
  start();
  await add({ isDefault: true });
  const change = (values: string) =>
    inWorkflows<unknown>((em) => em.execute(`update workflow_templates set ${values}`));
  for (const values of [`name = 'x'`, 'revision = 9', `stages = '[]'`, `options = '{"autoMerge": true}'`]) {
    await expect(change(values), values).rejects.toThrow('revision 1 of "Ours" never changes');
  }
  await expect(change('archived_at = now()')).rejects.toThrow(/workflow_templates_default_is_in_use/);
  await expect(add({ revision: 2, isDefault: true })).rejects.toThrow(/workflow_templates_default_unique/);
  await expect(add({ name: 'OURS' })).rejects.toThrow(/workflow_templates_revision_unique/);
  await change('is_default = false, archived_at = now()');
});
