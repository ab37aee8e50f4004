import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Metric } from '../../entities/analytics/metric.ts';
import { AnalysisRun } from '../../entities/codebase/analysis-run.ts';
import { Event } from '../../entities/events/event.ts';
import { ProjectActivity } from '../../entities/projects/project-activity.ts';
import { Repository } from '../../entities/projects/repository.ts';
import { PromptExecution } from '../../entities/prompts/prompt-execution.ts';
import { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { WorkflowMetric } from '../../entities/workflows/workflow-metric.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { expectEverythingOnce } from '../support/once.ts';
import { type TestSystem, type TestSystemOptions, testSystem } from '../support/system.ts';

const example = (name: string) => path.resolve(import.meta.dirname, '../../examples', name);
const requirements = readFileSync(example('requirement.md'), 'utf8');
const options = { autoConfirmPlan: true, autoMerge: true } as const;

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

describe.each(backends())('on %s, the eight stages', (backend) => {
  let system: TestSystem;
  const start = async (more?: TestSystemOptions) => {
    system = await testSystem(fresh, backend, more);
    system.work();
    return system;
  };
  afterEach(() => system.close());
  const completed = async (id: string) =>
    expect(await system.until(id, ['completed', 'failed'], 150_000)).toMatchObject({
      status: 'completed',
      errorMessage: null,
    });

  test('carry a requirement to merged code, with each issue, branch and pull request exactly once', async () => {
    const { enqueue, engine, organizationId, stages } = await start();
    const id = await enqueue({ requirements, options });
    await completed(id);
    await expectEverythingOnce(system, id);
    expect((await stages(id)).map((stage) => stage.status)).toEqual(Array(8).fill('completed'));

    const db = engine.databases.inOrganization(organizationId);
    const analysis = await db.codebase((em) => em.findOneOrFail(AnalysisRun, { workflowId: id }));
    expect(analysis.fileCount).toBeGreaterThan(0);
    const prompts = await db.prompts((em) => em.find(PromptExecution, { workflowId: id }));
    expect(prompts.every((one) => one.status === 'completed' && one.response)).toBe(true);
    const metrics = await db.workflows((em) => em.find(WorkflowMetric, { workflowExecutionId: id }));
    expect(metrics.find((one) => one.metricName === 'agent_runs')?.metricValue).toBe(prompts.length);
    // The other databases hear of it a moment later.
    await expect
      .poll(() => db.events((em) => em.count(Event, { workflowId: id, eventType: 'stage.completed' })))
      .toBe(8);
    const measured = (metricName: string) =>
      expect.poll(() => db.analytics((em) => em.count(Metric, { subjectId: id, metricName })));
    await measured('stage_duration').toBe(8);
    await measured('workflow_duration').toBe(1);
    const ended = await db.workflows((em) =>
      em.count(OutboxEntry, { workflowExecutionId: id, type: 'operation.succeeded' }),
    );
    await measured('operation_duration').toBe(ended);
    const activity = { workflowId: id, activityType: 'workflow.completed' };
    await expect.poll(() => db.projects((em) => em.count(ProjectActivity, activity))).toBe(1);
    const repository = await db.projects((em) =>
      em.findOneOrFail(Repository, { name: system.repository.name }),
    );
    expect(repository.languages).toHaveProperty('JavaScript');
  }, 180_000);

  test('do so while services drop replies after the effect, fail, limit and dawdle', async () => {
    const { enqueue, sandbox } = await start();
    const { github, linear, codegen } = sandbox;
    github.faults.add({ method: 'POST', path: /\/pulls$/, kind: 'drop-reply', times: 2 });
    github.faults.add({ method: 'POST', path: /\/git\/refs$/, kind: 'drop-reply', times: 2 });
    github.faults.add({ method: 'POST', path: /\/comments$/, kind: 'drop-reply', times: 2 });
    github.faults.add({ method: 'PUT', path: /\/merge$/, kind: 'drop-reply', times: 2 });
    github.faults.add({ method: 'DELETE', kind: 'drop-reply', times: 1 });
    github.faults.add({ method: 'GET', kind: 'server-error', times: 3 });
    github.faults.add({
      method: 'POST',
      path: /\/merges$/,
      kind: 'secondary-limit',
      retryAfterSeconds: 1,
      times: 1,
    });
    linear.faults.add({ operation: 'issueCreate', kind: 'drop-reply', times: 2 });
    linear.faults.add({ operation: 'commentCreate', kind: 'drop-reply', times: 2 });
    linear.faults.add({ operation: 'issueRelationCreate', kind: 'drop-reply', times: 1 });
    linear.faults.add({ operation: 'issueUpdate', kind: 'ratelimited', retryAfterSeconds: 1, times: 1 });
    codegen.faults.add({ method: 'POST', path: /\/agent\/run$/, kind: 'drop-reply', times: 3 });
    codegen.faults.add({ method: 'GET', kind: 'slow', delayMs: 300, times: 3 });
    const id = await enqueue({ requirements, options });
    await completed(id);
    await expectEverythingOnce(system, id);
  }, 180_000);

  test('work with a command-line agent in worktrees of its own', async () => {
    const environment = { AGENT: 'command', AGENT_COMMAND: `sh ${example('command-agent.sh')}` };
    const { enqueue, sandbox } = await start({ environment });
    const id = await enqueue({ requirements, options });
    await completed(id);
    expect(sandbox.codegen.runs()).toEqual([]);
    expect((await sandbox.github.pullRequests()).every((pull) => pull.mergedAt)).toBe(true);
  }, 180_000);

  test('carry two workflows on one repository at the same time', async () => {
    const { enqueue, sandbox } = await start();
    const ids = await Promise.all([1, 2].map(() => enqueue({ requirements, options })));
    const rows = await Promise.all(ids.map((id) => system.until(id, ['completed', 'failed'], 150_000)));
    // The second to merge may meet what the first changed; either way nothing is left half-done.
    expect(rows.some((row) => row.status === 'completed')).toBe(true);
    for (const row of rows.filter((one) => one.status === 'failed')) {
      expect(row.errorMessage).toMatch(/cannot be merged/);
    }
    expect(sandbox.linear.issues().filter((issue) => !issue.parentId)).toHaveLength(2);
  }, 240_000);
});
