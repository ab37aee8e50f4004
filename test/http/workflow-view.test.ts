import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { GithubProject } from '../../entities/task/github-project.ts';
import { RequirementDecomposition } from '../../entities/task/requirement-decomposition.ts';
import { RequirementDocument } from '../../entities/task/requirement-document.ts';
import { StepDependency } from '../../entities/task/step-dependency.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import type { OrganizationDatabases } from '../../src/databases/tenancy.ts';
import { defineOperation, defineStage, defineStep } from '../../src/engine/define.ts';
import { PermanentFailure, RetryLater } from '../../src/engine/errors.ts';
import { type WorkflowView, workflowView } from '../../src/http/views/workflow-view.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { until } from '../support/until.ts';

const call = defineOperation({
  service: 'github',
  name: 'make-call',
  input: z.object({ text: z.string() }),
  output: z.object({ url: z.string(), secret: z.string() }),
  retry: { attempts: 4, delay: '5s' },
  run: async ({ text }) => {
    if (text === 'limited') throw new RetryLater(25 * 3600_000, 'GitHub rate limit');
    if (text === 'flaky') throw new Error('socket hang up');
    if (text === 'refused') throw new PermanentFailure('GitHub will not have it.');
    return { url: `https://github.test/${text}`, secret: 'kept in the ledger' };
  },
});

const steps = [randomUUID(), randomUUID(), randomUUID()] as const;
let fails = '';

const work = defineStep({
  name: 'do-work',
  run: async ({ perform, item }) =>
    void (await perform('call', call.with({ text: item.id === fails ? 'limited' : item.title }))),
});

const working = defineStage({
  name: 'working_stage',
  async run({ runSteps, perform }) {
    await perform('first', call.with({ text: 'a long text that nobody should see' }));
    await runSteps(
      work,
      steps.map((id, index) => ({ id, title: `step-${index + 1}`, dependsOn: steps.slice(0, index) })),
      4,
    );
  },
});

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh?.drop());

let test_: TestEngine;
afterEach(() => test_?.close());

function start(run: Parameters<typeof testEngine>[2]) {
  test_ = testEngine(fresh, 'PostgreSQL', { operations: [call], steps: [work], ...run });
  test_.work();
  return test_.engine.databases.inOrganization(test_.organizationId);
}

const stage = (text: string) =>
  defineStage({
    name: 'one_stage',
    run: async ({ perform }) => void (await perform('x', call.with({ text }))),
  });

async function viewOnce(db: OrganizationDatabases, id: string, good: (view: WorkflowView) => boolean) {
  let view: WorkflowView | undefined;
  const isGood = async () => {
    view = (await workflowView(db, id)) as WorkflowView;
    return good(view) && view;
  };
  return (await until(isGood, 45_000, () => view)) as WorkflowView;
}

describe('the view of a workflow', () => {
  test('says until when an operation waits, with the day where it is another', async () => {
    const db = start({ stages: [stage('limited')] });
    const view = await viewOnce(db, await test_.enqueue(), ({ status }) => status === 'waiting');
    expect(view.waitingOn).toMatch(/^GitHub rate limit until \d{4}-\d\d-\d\d \d\d:\d\d UTC \(make-call\)$/);
    expect(view.operations[0]).toMatchObject({
      waitingOn: 'GitHub rate limit',
      waitingUntil: view.waitingUntil,
    });
    expect(view.stages[0]).toMatchObject({ status: 'waiting', waitingOn: 'GitHub rate limit' });
  });

  test('says that another attempt is due, and after what', async () => {
    const db = start({ stages: [stage('flaky')] });
    const view = await viewOnce(
      db,
      await test_.enqueue(),
      ({ operations }) => operations[0]?.status === 'unknown',
    );
    expect(view.waitingOn).toBe('another attempt at make-call after: socket hang up');
    expect(view.operations[0]).toMatchObject({ attempts: 1, error: 'socket hang up', url: null });
  });

  test('says where and why it failed', async () => {
    const db = start({ stages: [stage('refused')] });
    const view = await viewOnce(db, await test_.enqueue(), ({ status }) => status === 'failed');
    expect(view).toMatchObject({
      errorStage: 'one_stage',
      errorMessage: 'GitHub will not have it.',
      waitingOn: null,
      stages: [{ status: 'failed', error: 'GitHub will not have it.' }],
      operations: [{ status: 'failed', error: 'GitHub will not have it.' }],
    });
    expect(view.durationMs).toBeGreaterThanOrEqual(0);
  });

  test('names the step that waits while the workflow runs', async () => {
    fails = steps[1];
    const db = start({ stages: [working] });
    const view = await viewOnce(db, await test_.enqueue(), (seen) => seen.steps[1]?.status === 'waiting');
    expect(view.waitingOn).toMatch(/^GitHub rate limit until .* UTC \(make-call\)$/);
    expect(view.steps.map(({ number, title, status }) => [number, title, status])).toEqual([
      [1, 'step-1', 'completed'],
      [2, 'step-2', 'waiting'],
      [3, 'step-3', 'pending'],
    ]);
    expect(view.steps[2]?.dependsOn).toEqual([1, 2]);
    expect(view.operations.map(({ type, step, status }) => [type, step, status])).toEqual([
      ['make-call', null, 'succeeded'],
      ['make-call', 1, 'succeeded'],
      ['make-call', 2, 'intended'],
    ]);
    expect(view.operations[0]).toMatchObject({
      service: 'github',
      scope: 'working_stage',
      stage: 'working_stage',
      key: 'first',
      adopted: false,
      url: 'https://github.test/a long text that nobody should see',
    });
    expect(JSON.stringify(view)).not.toContain('kept in the ledger');
  });

  test('joins the plan with the progress of its steps', async () => {
    fails = '';
    const db = start({ stages: [working] });
    const id = await test_.enqueue();
    await writePlan(db, test_.organizationId, id);
    const view = await viewOnce(db, id, ({ status }) => status === 'completed');
    expect(view.plan).toMatchObject({
      title: 'Widgets',
      summary: 'All of them.',
      status: 'approved',
      decidedBy: 'Ann',
    });
    expect(view.steps).toHaveLength(3);
    expect(view.steps[1]).toMatchObject({
      id: steps[1],
      number: 2,
      title: 'Planned 2',
      status: 'completed',
      function: 'do-work',
      stage: 'working_stage',
      dependsOn: [1],
      branch: 'widgets/step-2',
      pullRequest: { number: 12, url: 'https://github.test/pull/12', status: 'validated', score: 87.5 },
      linearIssue: { key: 'WID-2', url: 'https://linear.test/WID-2' },
    });
    expect(view.steps[0]).toMatchObject({
      dependsOn: [],
      pullRequest: null,
      linearIssue: null,
      branch: null,
    });
  });

  test('is null for a workflow of another organisation', async () => {
    start({ stages: [working] });
    const id = await test_.enqueue();
    expect(await workflowView(test_.engine.databases.inOrganization(randomUUID()), id)).toBeNull();
  });
});

async function writePlan(db: OrganizationDatabases, organizationId: string, workflowId: string) {
  await db.task(async (em) => {
    const project = em.create(GithubProject, {
      id: randomUUID(),
      organizationId,
      projectId: randomUUID(),
      githubOwner: 'acme',
      githubRepoName: 'widgets',
    });
    const document = em.create(RequirementDocument, {
      id: randomUUID(),
      organizationId,
      githubProjectId: project.id,
      workflowId,
      version: 1,
      content: '# Widgets',
      contentHash: '0'.repeat(64),
      author: 'Ann',
    });
    const plan = em.create(RequirementDecomposition, {
      id: randomUUID(),
      organizationId,
      requirementDocumentId: document.id,
      workflowId,
      title: 'Widgets',
      summary: 'All of them.',
      executionId: randomUUID(),
    });
    plan.approve('Ann', null);
    const planned = steps.map((id, index) =>
      em.create(DecomposedStep, {
        id,
        organizationId,
        decompositionId: plan.id,
        workflowId,
        stepNumber: index + 1,
        stepName: `Planned ${index + 1}`,
        description: '',
        acceptanceCriteria: [],
        files: [],
        effortHours: 1,
        complexity: 1,
      }),
    );
    planned[1]?.begin('widgets/step-2');
    planned[1]?.recordIssue({ id: randomUUID(), identifier: 'WID-2', url: 'https://linear.test/WID-2' });
    em.persist([project, document, plan, ...planned]);
    await em.flush();
    em.persist([
      em.create(StepDependency, {
        id: randomUUID(),
        organizationId,
        stepId: steps[1],
        dependsOnId: steps[0],
      }),
      em.create(StepPullRequest, {
        id: randomUUID(),
        organizationId,
        stepId: steps[1],
        githubProjectId: project.id,
        workflowId,
        number: 12,
        url: 'https://github.test/pull/12',
        headBranch: 'widgets/step-2',
        headSha: 'a'.repeat(40),
        baseBranch: 'develop',
        executionId: randomUUID(),
        status: 'validated',
        score: 87.5,
      }),
    ]);
  });
}
