import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DashboardProject } from '../../entities/task/dashboard-project.ts';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { GithubProject } from '../../entities/task/github-project.ts';
import { PromptEnhancement } from '../../entities/task/prompt-enhancement.ts';
import { RequirementDecomposition } from '../../entities/task/requirement-decomposition.ts';
import { RequirementDocument } from '../../entities/task/requirement-document.ts';
import { StepDependency } from '../../entities/task/step-dependency.ts';
import { StepExecutionProgress } from '../../entities/task/step-execution-progress.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import type { Transaction } from '../../src/databases/tenancy.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { addDocument, addPlan, addProject, addStep } from './plan-rows.ts';

let fresh: FreshDatabases;
let databases: Databases;
let organizationId: string;
let task: Transaction;

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
  organizationId = randomUUID();
  task = databases.inOrganization(organizationId).task;
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

const plan = () =>
  task(async (em) => {
    const project = addProject(em, organizationId);
    const document = addDocument(em, project);
    const decomposition = addPlan(em, document);
    return { project, document, decomposition, step: addStep(em, decomposition, 1) };
  });

const pullRequest = (step: DecomposedStep, githubProjectId: string, number: number, more: object = {}) => ({
  id: randomUUID(),
  organizationId,
  stepId: step.id,
  githubProjectId,
  workflowId: step.workflowId,
  number,
  url: `https://github.test/${number}`,
  headBranch: 'step',
  headSha: 'a'.repeat(40),
  baseBranch: 'dev',
  executionId: randomUUID(),
  ...more,
});

const transitionRefused = { constraint: 'state_transitions' };

describe('task_db', () => {
  it('keeps requirements as they were written, and lets their state go forward only', async () => {
    const { document } = await plan();
    const change = (data: object) =>
      task((em) => em.nativeUpdate(RequirementDocument, { id: document.id }, data));
    for (const data of [
      { content: 'Other.' },
      { version: 7 },
      { contentHash: 'b'.repeat(64) },
      { author: 'Bob' },
    ]) {
      await expect(change(data)).rejects.toMatchObject({ constraint: 'columns_are_fixed' });
    }
    await change({ status: 'approved' });
    await expect(change({ status: 'draft' })).rejects.toMatchObject(transitionRefused);
    await change({ status: 'implemented' });
    await expect(change({ status: 'approved' })).rejects.toMatchObject(transitionRefused);
  });

  it('decides on a plan once, but for one that is made anew', async () => {
    const { decomposition } = await plan();
    const decide = (status: 'approved' | 'rejected' | 'proposed') =>
      task((em) => em.nativeUpdate(RequirementDecomposition, { id: decomposition.id }, { status }));
    await decide('rejected');
    await expect(decide('approved')).rejects.toMatchObject(transitionRefused);
    for (const status of ['proposed', 'approved'] as const) await decide(status);
    await expect(decide('rejected')).rejects.toMatchObject(transitionRefused);
  });

  it('refuses to save a plan over what somebody else has saved meanwhile', async () => {
    const { decomposition } = await plan();
    const late = task(async (em) => {
      const mine = await em.findOneOrFail(RequirementDecomposition, decomposition.id);
      await task(async (other) => {
        (await other.findOneOrFail(RequirementDecomposition, decomposition.id)).title = 'Theirs';
      });
      mine.title = 'Mine';
    });
    await expect(late).rejects.toThrow(/optimistic lock/i);
  });

  it('completes a step only after it was proposed, and then leaves it', async () => {
    const { step } = await plan();
    const move = (status: DecomposedStep['status']) =>
      task((em) => em.nativeUpdate(DecomposedStep, { id: step.id }, { status }));
    await expect(move('completed')).rejects.toMatchObject(transitionRefused);
    for (const status of ['in_progress', 'review', 'completed'] as const) await move(status);
    await expect(move('in_progress')).rejects.toMatchObject(transitionRefused);
    const elsewhere = (await plan()).decomposition.id;
    const moved = task((em) =>
      em.nativeUpdate(DecomposedStep, { id: step.id }, { decompositionId: elsewhere }),
    );
    await expect(moved).rejects.toMatchObject({ constraint: 'columns_are_fixed' });
  });

  it('leaves a merged pull request merged, in the database and whatever its verbs are told late', async () => {
    const { step, project } = await plan();
    const row = pullRequest(step, project.id, 1);
    await task((em) => em.insert(StepPullRequest, row));
    await task(async (em) => {
      const pull = await em.findOneOrFail(StepPullRequest, row.id);
      pull.closed();
      await em.flush();
      pull.merged('c'.repeat(40));
      await em.flush();
      pull.rejected('d'.repeat(40), 1);
      pull.closed();
    });
    const status = (to: 'open') =>
      task((em) => em.nativeUpdate(StepPullRequest, { id: row.id }, { status: to }));
    await expect(status('open')).rejects.toMatchObject(transitionRefused);
    expect(await task((em) => em.findOne(StepPullRequest, row.id))).toMatchObject({
      status: 'merged',
      score: null,
    });
  });

  it('knows a pull request once per repository', async () => {
    const [one, two] = [await plan(), await plan()];
    await task((em) => em.insert(StepPullRequest, pullRequest(one.step, one.project.id, 5)));
    await task((em) => em.insert(StepPullRequest, pullRequest(two.step, two.project.id, 5)));
    const again = await task(async (em) => addStep(em, one.decomposition, 2));
    const second = task((em) => em.insert(StepPullRequest, pullRequest(again, one.project.id, 5)));
    await expect(second).rejects.toMatchObject({
      constraint: 'pull_requests_github_project_id_number_unique',
    });
  });

  it('knows a repository once per organisation, in whatever case it is written', async () => {
    await task(
      async (em) => void addProject(em, organizationId, { githubOwner: 'Case', githubRepoName: 'Repo' }),
    );
    const again = task(
      async (em) => void addProject(em, organizationId, { githubOwner: 'case', githubRepoName: 'rePo' }),
    );
    await expect(again).rejects.toMatchObject({ constraint: 'github_projects_repository_unique' });
  });

  it('lets many documents wait for a workflow, and a workflow have one', async () => {
    const { project } = await plan();
    const add = (version: number, workflowId: string | null) =>
      task(async (em) => {
        addDocument(em, project, version).workflowId = workflowId;
      });
    await add(2, null);
    await add(3, null);
    const workflowId = randomUUID();
    await add(4, workflowId);
    await expect(add(5, workflowId)).rejects.toMatchObject({
      constraint: 'requirement_documents_workflow_id_unique',
    });
    await expect(add(4, null)).rejects.toThrow(/unique/);
  });

  it('has pins change places in one transaction, and two projects never at one place', async () => {
    const organization = randomUUID();
    const own = databases.inOrganization(organization).task;
    const [a, b] = await own(async (em) =>
      [1, 2].map((pinOrder) => addProject(em, organization, { pinOrder }).id),
    );
    await own(async (em) => {
      await em.nativeUpdate(GithubProject, { id: a as string }, { pinOrder: 2 });
      await em.nativeUpdate(GithubProject, { id: b as string }, { pinOrder: 1 });
    });
    const both = own((em) => em.nativeUpdate(GithubProject, { id: a as string }, { pinOrder: 1 }));
    await expect(both).rejects.toMatchObject({ constraint: 'github_projects_pin_order_unique' });
  });

  it('works out what a rule gained, from -100 to 100, and keeps it once per execution', async () => {
    const { step } = await plan();
    const row = { organizationId, stepId: step.id, executionId: randomUUID(), enhancementId: randomUUID() };
    const add = (scoreBefore: number | null, scoreAfter: number) =>
      task((em) => em.insert(PromptEnhancement, { id: randomUUID(), ...row, scoreBefore, scoreAfter }));
    await add(100, 0);
    expect(await task((em) => em.findOne(PromptEnhancement, row))).toMatchObject({ improvement: -100 });
    await expect(add(1, 2)).rejects.toThrow(/unique/);
    const bad = task((em) =>
      em.insert(PromptEnhancement, { id: randomUUID(), ...row, executionId: randomUUID(), scoreAfter: 101 }),
    );
    await expect(bad).rejects.toMatchObject({ constraint: 'prompt_enhancements_score_after_check' });
  });
});

describe('the views', () => {
  it('count two of everything as two', async () => {
    const organization = randomUUID();
    const own = databases.inOrganization(organization).task;
    const ids = await own(async (em) => {
      const projects = [2, 1].map((pinOrder) => addProject(em, organization, { pinOrder }));
      const unpinned = addProject(em, organization, { isPinned: false });
      addProject(em, organization).archive();
      const titles: string[] = [];
      for (const project of projects) {
        for (const version of [1, 2]) {
          const decomposition = addPlan(em, addDocument(em, project, version), `${project.id} ${version}`);
          titles.push(decomposition.title);
          const [first, second, third] = [
            addStep(em, decomposition, 1, { status: 'completed' }),
            addStep(em, decomposition, 2, { status: 'failed' }),
            addStep(em, decomposition, 3, { startedAt: new Date(0), endedAt: new Date(1_500) }),
          ] as [DecomposedStep, DecomposedStep, DecomposedStep];
          // what a later plan left out counts no more
          addStep(em, decomposition, 3, { status: 'failed', droppedAt: new Date() });
          await em.flush();
          for (const on of [first, second]) {
            const edge = {
              id: randomUUID(),
              organizationId: organization,
              stepId: third.id,
              dependsOnId: on.id,
            };
            em.persist(em.create(StepDependency, edge));
          }
          [first, second, third].forEach((step, index) => {
            const status = (['merged', 'rejected', 'open'] as const)[index];
            const row = pullRequest(step, project.id, version * 10 + index, { status, score: 50 + index });
            em.persist(em.create(StepPullRequest, { ...row, organizationId: organization }));
          });
        }
      }
      return { projects: projects.map(({ id }) => id), unpinned: unpinned.id };
    });

    const dashboard = await own((em) => em.find(DashboardProject, {}));
    expect(dashboard.map(({ id }) => id)).toEqual([ids.projects[1], ids.projects[0], ids.unpinned]);
    expect(dashboard[0]).toMatchObject({
      steps: 6,
      completedSteps: 2,
      failedSteps: 2,
      openPullRequests: 4,
      latestTitle: `${ids.projects[1]} 2`,
      latestStatus: 'proposed',
    });
    expect(dashboard[2]).toMatchObject({ steps: 0, openPullRequests: 0, latestTitle: null });

    const steps = await own((em) =>
      em.find(StepExecutionProgress, { githubProjectId: ids.projects[0] as string }),
    );
    expect(steps).toHaveLength(6);
    expect(steps.filter(({ stepNumber }) => stepNumber === 3)).toEqual([
      expect.objectContaining({
        dependencies: 2,
        openDependencies: 1,
        pullRequestStatus: 'open',
        score: 52,
        durationMs: 1500,
      }),
      expect.objectContaining({ dependencies: 2, openDependencies: 1 }),
    ]);
  });
});

describe('search', () => {
  it('finds requirements, steps and repositories by their words, with an index', async () => {
    const { project } = await plan();
    await task(async (em) => {
      const document = addDocument(em, project, 2, 'Invoices must be archived for ten years.');
      addStep(em, addPlan(em, document), 1, {
        stepName: 'Archive invoices',
        description: 'Keep every invoice.',
      });
    });
    const searches = [
      [
        'requirement_documents',
        'requirement_documents_search',
        `search @@ websearch_to_tsquery('english', 'archiving invoice')`,
      ],
      [
        'decomposed_steps',
        'decomposed_steps_search',
        `search @@ websearch_to_tsquery('english', 'archives')`,
      ],
      ['decomposed_steps', 'decomposed_steps_name_search', `step_name ilike '%invoic%'`],
      [
        'github_projects',
        'github_projects_name_search',
        `(github_owner || '/' || github_repo_name) ilike '%${project.githubRepoName}%'`,
      ],
    ];
    for (const [table, index, condition] of searches) {
      const found = await task((em) => em.execute(`select id from ${table} where ${condition}`));
      expect({ index, found: found.length }).toEqual({ index, found: 1 });
    }
    // row-level security keeps operators that might leak behind its own check; so the plan is asked for without it
    const admin = new pg.Client({ connectionString: fresh.adminUrls.task });
    await admin.connect();
    await admin.query('set enable_seqscan = off');
    for (const [table, index = '', condition] of searches) {
      const { rows } = await admin.query(`explain select id from ${table} where ${condition}`);
      expect(JSON.stringify(rows)).toContain(index);
    }
    await admin.end();
  });
});
