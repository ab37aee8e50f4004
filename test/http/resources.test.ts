/** Projects, requirements, plans, steps, operations, executions and metrics over HTTP, with the eight stages behind them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PromptExecution } from '../../entities/prompts/prompt-execution.ts';
import { RequirementDocument } from '../../entities/task/requirement-document.ts';
import { GithubOperation } from '../../entities/workflows/operation.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { createApiKey } from '../support/api-keys.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { heldWrites } from '../support/held-writes.ts';
import { type TestSystem, testSystem } from '../support/system.ts';
import { type TestApi, testApi } from './api.ts';

const requirements = `# Two things

- Add greeting/hello.md that greets the reader.
- Add greeting/bye.md that says goodbye.
`;

let fresh: FreshDatabases;
let system: TestSystem;
let api: TestApi;
/** Its plan was edited and approved, and it is completed. */
let workflow: string;
let repository: string;

beforeAll(async () => {
  fresh = await freshDatabases();
  system = await testSystem(fresh, 'PostgreSQL');
  api = await testApi(system);
  system.work();
  repository = `${system.repository.owner}/${system.repository.name}`;
  workflow = await askedForPlan();
}, 180_000);
afterAll(async () => {
  await api?.close();
  await system?.close();
  await fresh?.drop();
});

async function askedForPlan(): Promise<string> {
  const body = { repository, requirements, options: { autoMerge: true } };
  const { id } = (await api.send('POST', '/v1/workflows', { body })).body;
  await system.untilAsked(id, 150_000);
  return id;
}

const planOf = (id: string) => `/v1/workflows/${id}/plan`;
const ifMatch = (version: number) => ({ 'if-match': `"${version}"` });

type Step = { name: string; dependsOn: string[]; [field: string]: unknown };

/** As it was read, in the form in which it is sent. */
const asSent = ({ title, summary, steps }: { title: string; summary: string; steps: Step[] }) => ({
  title,
  summary,
  steps: steps.map(({ id: _, number: __, ...step }) => step as Step),
});

describe('a plan that waits for approval', () => {
  test('is read with its steps, and sent back unchanged it stays itself', async () => {
    const { body: plan, headers } = await api.send('GET', planOf(workflow));
    expect(headers.get('etag')).toBe(`"${plan.version}"`);
    expect(plan).toMatchObject({ status: 'proposed', workflowId: workflow, score: expect.any(Number) });
    expect(plan.steps.map(({ number }: { number: number }) => number)).toEqual([1, 2]);
    const sent = await api.send('PUT', planOf(workflow), {
      body: asSent(plan),
      headers: ifMatch(plan.version),
    });
    expect(sent.status).toBe(200);
    expect(sent.body).toMatchObject({ steps: plan.steps, score: null, version: plan.version + 1 });
  });

  test('takes other steps in another order: those of the same name stay, with ids and words', async () => {
    const { body: plan } = await api.send('GET', planOf(workflow));
    const [first, second] = asSent(plan).steps as [Step, Step];
    const between = {
      name: 'Between',
      description: 'Add greeting/between.md with one line.',
      acceptanceCriteria: ['It is there.'],
      dependsOn: [first.name],
      effortHours: 0.5,
      complexity: 1,
    };
    const edited = await api.send('PUT', planOf(workflow), {
      body: { ...asSent(plan), title: 'Three things', steps: [between, second, first] },
    });
    expect(edited.status).toBe(200);
    const ids = new Map(plan.steps.map(({ id, name }: { id: string; name: string }) => [name, id]));
    expect(edited.body.title).toBe('Three things');
    expect(edited.body.steps).toMatchObject([
      { number: 1, name: 'Between', dependsOn: [first.name], requirements: [], approach: null, files: [] },
      { number: 2, name: second.name, id: ids.get(second.name) },
      { number: 3, name: first.name, id: ids.get(first.name) },
    ]);
    // turned round, taken out and put in again
    const turned = [
      { ...between, dependsOn: [] },
      { ...second, dependsOn: [] },
      { ...first, dependsOn: ['Between'] },
    ];
    for (const steps of [[turned[0]], turned]) {
      const answer = await api.send('PUT', planOf(workflow), { body: { ...asSent(plan), steps } });
      expect([answer.status, answer.body.steps.length]).toEqual([200, steps.length]);
    }
    const last = await api.send('GET', planOf(workflow));
    expect(last.body.steps[2]).toMatchObject({ id: ids.get(first.name), dependsOn: ['Between'] });
    expect(last.body.steps[0].id).toBe(edited.body.steps[0].id);
  });

  test('is refused with a pointer where its dependencies go round, lead nowhere or names are the same', async () => {
    const { body: plan } = await api.send('GET', planOf(workflow));
    const [one, two, three] = asSent(plan).steps as [Step, Step, Step];
    const round = [one, { ...two, dependsOn: [three.name] }, { ...three, dependsOn: [two.name] }];
    const refusal = async (steps: Step[]) => {
      const answer = await api.send('PUT', planOf(workflow), { body: { ...asSent(plan), steps } });
      return [answer.status, answer.body.errors?.map(({ pointer }: { pointer: string }) => pointer)];
    };
    expect(await refusal(round)).toEqual([422, ['#/steps/1/dependsOn']]);
    expect(await refusal([{ ...one, dependsOn: [one.name] }])).toEqual([422, ['#/steps/0/dependsOn']]);
    expect(await refusal([{ ...one, dependsOn: ['nothing'] }])).toEqual([422, ['#/steps/0/dependsOn/0']]);
    expect(await refusal([one, { ...two, name: one.name, dependsOn: [] }])).toEqual([
      422,
      ['#/steps/1/name'],
    ]);
    expect(await refusal([])).toEqual([422, ['#/steps']]);
    const after = await api.send('GET', planOf(workflow));
    expect(after.body).toEqual(plan);
  });

  test('is approved as it was seen: an earlier version is refused, and so is an edit of one', async () => {
    const { body: plan } = await api.send('GET', planOf(workflow));
    const stale = { headers: ifMatch(plan.version - 1) };
    const approve = `${planOf(workflow)}/approve`;
    const refused = await api.send('POST', approve, { body: {}, ...stale });
    expect([refused.status, refused.body.type]).toEqual([412, expect.stringContaining('changed-meanwhile')]);
    expect((await api.send('PUT', planOf(workflow), { body: asSent(plan), ...stale })).status).toBe(412);
    const headers = { ...ifMatch(plan.version), 'idempotency-key': 'yes-1' };
    const taken = await api.send('POST', approve, { body: { reason: 'fine' }, headers });
    expect([taken.status, taken.body]).toMatchObject([
      202,
      { type: 'approve', gate: 'plan', reason: 'fine' },
    ]);
    await system.until(workflow, ['completed'], 150_000);
    // by now the plan has another version: the key still stands for what was done
    const again = await api.send('POST', approve, { body: { reason: 'fine' }, headers });
    expect([again.status, again.body.id]).toEqual([202, taken.body.id]);
    const { body: told } = await api.send('GET', `/v1/events?types=plan.*&workflow=${workflow}`);
    expect(told.items.at(-1)).toMatchObject({
      type: 'plan.edited',
      data: { title: plan.title, version: plan.version, steps: 3, actor: 'ci', by: { name: 'ci' } },
    });
    const late = await api.send('PUT', planOf(workflow), { body: asSent(plan) });
    expect([late.status, late.body.detail]).toEqual([409, expect.stringContaining('waits for approval')]);
  }, 180_000);

  test('is carried out as edited: each step has a branch of its own', async () => {
    const { body } = await api.send('GET', `/v1/workflows/${workflow}/steps`);
    expect(body.items.map(({ title, status }: Step) => [title, status])).toEqual([
      ['Between', 'completed'],
      [expect.any(String), 'completed'],
      [expect.any(String), 'completed'],
    ]);
    expect(new Set(body.items.map(({ branch }: Step) => branch)).size).toBe(3);
    expect(body.items[2].dependsOn).toEqual([1]);
  });

  test('cannot be approved and edited at once: whoever is second hears so', async () => {
    const id = await askedForPlan();
    const { body: plan } = await api.send('GET', planOf(id));
    const headers = ifMatch(plan.version);
    const [edit, approval] = await Promise.all([
      api.send('PUT', planOf(id), { body: { ...asSent(plan), title: 'Edited' }, headers }),
      api.send('POST', `${planOf(id)}/approve`, { body: {}, headers }),
    ]);
    const statuses = [edit.status, approval.status];
    expect([
      [200, 412],
      [409, 202],
    ]).toContainEqual(statuses);
    if (approval.status === 412) {
      await api.send('POST', `${planOf(id)}/reject`, { body: { reason: 'not this one' } });
      await system.until(id, ['failed']);
    } else {
      await api.send('POST', `/v1/workflows/${id}/signals`, { body: { type: 'cancel' } });
    }
  }, 60_000);
});

test('a plan that people have edited stays so where its stage is tried again', async () => {
  const id = await askedForPlan();
  const { body: plan } = await api.send('GET', planOf(id));
  const [first] = asSent(plan).steps as [Step];
  const edited = { ...asSent(plan), title: 'One thing', steps: [first] };
  const { body: seen } = await api.send('PUT', planOf(id), { body: edited, headers: ifMatch(plan.version) });
  await system.engine.databases
    .inOrganization(system.organizationId)
    .workflows((em) => em.nativeUpdate(WorkflowExecution, { id }, { deadlineAt: new Date(0) }));
  await system.until(id, ['failed']);
  await api.send('POST', `/v1/workflows/${id}/signals`, { body: { type: 'retry' } });
  await system.untilAsked(id);
  const { body: asked } = await api.send('GET', planOf(id));
  expect(asked).toMatchObject({ status: 'proposed', title: 'One thing', steps: seen.steps });
  await api.send('POST', `/v1/workflows/${id}/signals`, { body: { type: 'cancel' } });
}, 120_000);

describe('what was done', () => {
  test('steps have the words of the plan, their pull request and issue', async () => {
    const { body: list } = await api.send('GET', `/v1/workflows/${workflow}/steps`);
    const { body: step } = await api.send('GET', `/v1/steps/${list.items[0].id}`);
    expect(step).toMatchObject({
      ...list.items[0],
      workflowId: workflow,
      words: { description: 'Add greeting/between.md with one line.', complexity: 1 },
      actualEffortMs: expect.any(Number),
      pullRequest: { number: expect.any(Number) },
      linearIssue: { key: expect.stringMatching(/^[A-Z]+-\d+$/) },
    });
    expect((await api.send('GET', `/v1/steps/${randomUUID()}`)).status).toBe(404);
  });

  test('operations come in order, page by page, and by what is asked for', async () => {
    const path = `/v1/workflows/${workflow}/operations`;
    const whole = (await api.send('GET', `/v1/workflows/${workflow}`)).body.operations;
    const seen: string[] = [];
    for (let next: string | null = path; next; ) {
      const page = await api.send('GET', `${next}${next === path ? '?limit=7' : ''}`);
      seen.push(...page.body.items.map(({ id }: { id: string }) => id));
      next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? null;
      expect(next === null).toBe(page.body.nextCursor === null);
    }
    expect(seen.length).toBe(whole.length);
    expect([...seen].sort()).toEqual(whole.map(({ id }: { id: string }) => id).sort());
    const of = async (query: string) => (await api.send('GET', `${path}?limit=100&${query}`)).body.items;
    const steps = (await api.send('GET', `/v1/workflows/${workflow}/steps`)).body.items;
    for (const one of await of('service=linear')) expect(one.service).toBe('linear');
    expect((await of(`step=${steps[0].id}&type=open-pull-request`)).length).toBe(1);
    expect(await of('status=failed')).toEqual([]);
    expect((await of(`step=${steps[0].id}`)).every(({ step }: { step: number }) => step === 1)).toBe(true);
  });

  test('an operation shows what was asked for and its receipt, and no secret that got into them', async () => {
    const path = `/v1/workflows/${workflow}/operations?type=open-pull-request&limit=1`;
    const { id } = (await api.send('GET', path)).body.items[0];
    const token = `ghp_${'a1'.repeat(18)}`;
    await system.engine.databases.inOrganization(system.organizationId).workflows(async (em) => {
      const row = await em.findOneOrFail(GithubOperation, id);
      row.output = { ...row.output, leaked: `with ${token} inside`, deep: [{ token }] };
    });
    const answer = await api.send('GET', `/v1/operations/${id}`);
    expect(answer.body).toMatchObject({
      workflowId: workflow,
      input: { base: expect.any(String) },
      output: { number: expect.any(Number) },
    });
    expect(answer.text).toContain('[redacted]');
    expect(answer.text).not.toContain(token);
  });

  test('executions tell the prompt as it was sent, the answer, and the score', async () => {
    const path = `/v1/workflows/${workflow}/executions`;
    const { body: list } = await api.send('GET', path);
    expect(list.items[0]).toMatchObject({
      purpose: 'decompose',
      status: 'completed',
      stage: 'requirements_decomposition',
    });
    expect(list.items[0]).not.toHaveProperty('prompt');
    const { body } = await api.send('GET', `/v1/executions/${list.items[0].id}`);
    const row = await system.engine.databases
      .inOrganization(system.organizationId)
      .prompts((em) => em.findOneOrFail(PromptExecution, { id: body.id }));
    expect(body).toMatchObject({ ...list.items[0], prompt: row.prompt, response: row.response });
    expect(body.prompt).toContain('Add greeting/hello.md that greets the reader.');
    expect(body.score).toEqual({ value: row.qualityScore, by: row.qualityScorer });
    const first = await api.send('GET', `${path}?limit=1&purpose=step`);
    const second = await api.send('GET', `${path}?limit=1&purpose=step&cursor=${first.body.nextCursor}`);
    expect(second.body.items[0].id).not.toBe(first.body.items[0].id);
    const ofStep = await api.send('GET', `${path}?step=${first.body.items[0].stepId}&purpose=step`);
    expect(ofStep.body.items.map(({ id }: { id: string }) => id)).toEqual([first.body.items[0].id]);
  });

  test('is counted, and measured, for a span of time', async () => {
    const whole = (await api.send('GET', `/v1/workflows/${workflow}`)).body;
    const made = whole.operations.filter(({ status }: Step) => status === 'succeeded').length;
    const until = Date.now() + 60_000;
    const sum = (all: { succeeded: number }[]) => all.reduce((n, { succeeded }) => n + succeeded, 0);
    let { body } = await api.send('GET', '/v1/metrics');
    // told by way of the outbox
    while (body.completed.count < 1 || sum(body.operations) < made) {
      if (Date.now() > until) break;
      await sleep(200);
      body = (await api.send('GET', '/v1/metrics')).body;
    }
    expect(body.workflows.completed).toBe(1);
    expect(body.completed).toMatchObject({ count: 1, p50Ms: whole.durationMs, p95Ms: whole.durationMs });
    expect(sum(body.operations)).toBeGreaterThanOrEqual(made);
    const pulls = body.operations.find(({ type }: { type: string }) => type === 'open-pull-request');
    expect(pulls).toMatchObject({ service: 'github', succeeded: 4, failed: 0, cancelled: 0 });
    expect(pulls.p50Ms).toBeLessThanOrEqual(pulls.p95Ms);
    const execution = body.stages.find(({ stage }: { stage: string }) => stage === 'task_execution');
    const { durationMs } = whole.stages.find(({ name }: Step) => name === 'task_execution');
    expect(execution).toEqual({ stage: 'task_execution', count: 1, p50Ms: durationMs, p95Ms: durationMs });
    const before = await api.send('GET', '/v1/metrics?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z');
    expect(before.body).toMatchObject({ completed: { count: 0, p50Ms: null }, stages: [], operations: [] });
    expect(before.body.workflows.completed).toBe(1);
    const wrong = await api.send('GET', '/v1/metrics?from=2020-01-01T00:00:00Z');
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '?from']);
  }, 90_000);
});

describe('workflows are found', () => {
  const found = async (query: string) =>
    (await api.send('GET', `/v1/workflows?${query}`)).body.items.map(({ id }: { id: string }) => id);

  test('by stage, repository, issue and pull request, of the whole and of its steps', async () => {
    const whole = (await api.send('GET', `/v1/workflows/${workflow}`)).body;
    expect(await found('stage=completion')).toEqual([workflow]);
    expect(await found('stage=nothing')).toEqual([]);
    expect(await found(`repository=${repository.toUpperCase()}&status=completed`)).toEqual([workflow]);
    expect(await found('repository=acme/other')).toEqual([]);
    for (const key of [whole.linearIssue.key, whole.steps[0].linearIssue.key.toLowerCase()]) {
      expect([key, await found(`issue=${key}`)]).toEqual([key, [workflow]]);
    }
    for (const { number } of [whole.finalPullRequest, whole.steps[1].pullRequest]) {
      expect([number, await found(`pullRequest=${number}`)]).toEqual([number, [workflow]]);
    }
    expect(
      await found(`pullRequest=${whole.finalPullRequest.number}&issue=${whole.linearIssue.key}`),
    ).toEqual([workflow]);
    expect(await found(`pullRequest=${whole.finalPullRequest.number}&repository=acme/other`)).toEqual([]);
    expect(await found('pullRequest=4711')).toEqual([]);
    for (const [query, pointer] of [
      ['issue=nonsense', '?issue'],
      ['pullRequest=0', '?pullRequest'],
      ['repository=nonsense', '?repository'],
    ]) {
      const answer = await api.send('GET', `/v1/workflows?${query}`);
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
    }
  });

  test('each with its requirements, and what they differ in', async () => {
    const { body: list } = await api.send('GET', `/v1/workflows/${workflow}/requirements`);
    expect(list.items).toMatchObject([{ workflowId: workflow, status: 'implemented', author: 'ci' }]);
    const { body: first } = await api.send('GET', `/v1/requirements/${list.items[0].id}`);
    expect(first.content).toBe(requirements);
    const { body: project } = await api.send('GET', `/v1/projects/${first.projectId}/requirements`);
    expect(project.items.map(({ version }: { version: number }) => version)).toEqual([3, 2, 1]);
    const other = {
      content: requirements
        .replace('hello', 'hi')
        .replace('\n- Add greeting/bye', '\n- Also\n- Add greeting/bye'),
    };
    const added = { ...first, ...other, id: randomUUID(), version: 4 };
    await system.engine.databases.inOrganization(system.organizationId).task(async (em) => {
      const { id, version, content, contentHash, author, projectId: githubProjectId } = added;
      const row = { id, version, content, contentHash, author, githubProjectId };
      em.persist(
        em.create(RequirementDocument, {
          ...row,
          organizationId: system.organizationId,
          followsId: first.id,
        }),
      );
    });
    const { body: diff } = await api.send('GET', `/v1/requirements/${added.id}/diff`);
    expect(diff).toMatchObject({
      from: { version: 3 },
      to: { version: 4 },
      added: 2,
      removed: 1,
      isExact: true,
    });
    expect(diff.patch).toContain('-- Add greeting/hello.md that greets the reader.\n+- Add greeting/hi.md');
    const { body: whole } = await api.send('GET', `/v1/requirements/${first.id}/diff`);
    expect([whole.from, whole.removed]).toEqual([null, 0]);
    const { body: same } = await api.send('GET', `/v1/requirements/${first.id}/diff?from=${first.id}`);
    expect([same.added, same.removed, same.hunks]).toEqual([0, 0, []]);
    const next = await api.send('GET', `/v1/projects/${first.projectId}/requirements?limit=2`);
    const rest = await api.send(
      'GET',
      `/v1/projects/${first.projectId}/requirements?cursor=${next.body.nextCursor}`,
    );
    expect(rest.body.items.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
  });
});

describe('projects', () => {
  test('are found at GitHub, pinned, put in order and taken down', async () => {
    for (const name of ['alpha', 'beta', 'gamma']) {
      await system.sandbox.github.addRepository({ owner: 'acme', name });
    }
    const first = await api.send('GET', '/v1/repositories?limit=2');
    expect(first.body.items).toMatchObject([
      { repository: 'acme/alpha', defaultBranch: 'main', project: null },
      { repository: 'acme/beta' },
    ]);
    expect(first.body.nextPage).toBe(2);
    const second = await api.send('GET', '/v1/repositories?limit=2&page=2');
    expect(second.body.items).toMatchObject([
      { repository: 'acme/gamma' },
      { repository, project: { pinned: true } },
    ]);
    expect(second.body.nextPage).toBeNull();

    const pin = (name: string) => api.send('POST', '/v1/projects', { body: { repository: name } });
    const alpha = await pin('ACME/Alpha');
    expect(alpha.body).toMatchObject({ repository: 'acme/alpha', pinned: true, pinOrder: null });
    expect(alpha.headers.get('location')).toBe(`/v1/projects/${alpha.body.id}`);
    expect((await pin('acme/alpha')).body.id).toBe(alpha.body.id);
    const beta = await pin('acme/beta');
    const missing = await pin('acme/nothing');
    expect([missing.status, missing.body.detail]).toEqual([
      409,
      'GitHub repository acme/nothing does not exist or the token cannot see it',
    ]);

    const names = async (query = '') =>
      (await api.send('GET', `/v1/projects${query}`)).body.items.map(
        (one: { repository: string }) => one.repository,
      );
    const order = (...ids: string[]) => api.send('PUT', '/v1/projects/order', { body: { ids } });
    expect(await names()).toEqual(['acme/alpha', 'acme/beta', repository]);
    expect((await order(beta.body.id, alpha.body.id)).body.items[0].repository).toBe('acme/beta');
    await Promise.all([order(alpha.body.id, beta.body.id), order(beta.body.id, alpha.body.id)]);
    expect((await order(beta.body.id)).status).toBe(200);
    expect(await names()).toEqual(['acme/beta', 'acme/alpha', repository]);
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await api.send('GET', `/v1/projects?limit=1${cursor && `&cursor=${cursor}`}`);
      paged.push(body.items[0].repository);
      cursor = body.nextCursor;
    }
    expect(paged).toEqual(await names());
    const twice = await order(beta.body.id, beta.body.id);
    expect([twice.status, twice.body.errors[0].pointer]).toEqual([422, '#/ids/1']);

    const unpinned = await api.send('POST', `/v1/projects/${alpha.body.id}/unpin`);
    expect(unpinned.body).toMatchObject({ pinned: false, pinOrder: null });
    expect(await names('?pinned=true')).toEqual(['acme/beta', repository]);
    expect(await names('?pinned=false')).toEqual(['acme/alpha']);
    expect((await order(alpha.body.id)).status).toBe(409);
    expect((await api.send('POST', `/v1/projects/${alpha.body.id}/pin`)).body.pinned).toBe(true);
  });

  test('that two pin for the first time at the same moment are pinned once, and the other is told so', async () => {
    await system.sandbox.github.addRepository({ owner: 'acme', name: 'twice' });
    const body = { repository: 'acme/twice' };
    const { task } = system.engine.databases.inOrganization(system.organizationId);
    const answers = await heldWrites(task, 'github_projects', () =>
      Promise.all([1, 2].map(() => api.send('POST', '/v1/projects', { body }))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('show what their workflows came to, and settle how they behave', async () => {
    const { body: list } = await api.send('GET', `/v1/projects?limit=100`);
    const mine = list.items.find((one: { repository: string }) => one.repository === repository);
    expect(mine.progress).toMatchObject({ completedSteps: 3, failedSteps: 0, openPullRequests: 0 });
    const path = `/v1/projects/${mine.id}`;
    const change = (body: object, version?: number) =>
      api.send('PATCH', path, { body, ...(version ? { headers: ifMatch(version) } : {}) });
    const { body: read, headers } = await api.send('GET', path);
    expect(headers.get('etag')).toBe(`"${read.version}"`);
    const settings = { maxParallelSteps: 2, approvers: ['ci'], budget: { money: 5, agentRuns: 9 } };
    const changed = await change(settings, read.version);
    expect(changed.body).toMatchObject({ settings, version: read.version + 1 });
    expect((await change({ autoMerge: true }, read.version)).status).toBe(412);
    const later = await change({ budget: { money: null }, approvalDeadlineMs: 60_000 });
    expect(later.body.settings).toMatchObject({
      budget: { agentRuns: 9 },
      approvalDeadlineMs: 60_000,
      maxParallelSteps: 2,
    });
    for (const [body, pointer] of [
      [{ maxParallelSteps: 51 }, '#/maxParallelSteps'],
      [{ autoMerge: 'yes' }, '#/autoMerge'],
      [{ nothing: 1 }, '#/nothing'],
      [{}, '#'],
    ] as const) {
      const answer = await change(body);
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
    }
    const key = await createApiKey(system.engine.databases, system.organizationId, 'an operator', {
      role: 'operator',
    });
    const refused = await api.send('PATCH', path, { key, body: { selfApproval: true } });
    expect([refused.status, (await api.send('GET', path)).body.version]).toEqual([403, later.body.version]);
    // what it says holds for the next workflow
    const next = await askedForPlan();
    expect((await api.send('GET', `/v1/workflows/${next}`)).body.options).toMatchObject({
      approvers: ['ci'],
      maxParallelSteps: 2,
    });
    const denied = await api.send('POST', `${planOf(next)}/approve`, { key, body: {} });
    expect([denied.status, denied.body.detail]).toEqual([403, expect.stringContaining('leaves it to ci')]);
    await api.send('POST', `/v1/workflows/${next}/signals`, { body: { type: 'cancel' } });
  }, 60_000);

  test('cannot be looked for while GitHub refuses or limits, and it is said why', async () => {
    system.sandbox.github.exhaustRateLimit(new Date(Date.now() + 60_000));
    const limited = await api.send('GET', '/v1/repositories');
    expect([limited.status, limited.body.detail]).toEqual([
      503,
      expect.stringContaining('GitHub rate limit'),
    ]);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(30);
  });
});

test('nothing of it is shown to another organisation', async () => {
  const key = api.operatorKey;
  const own = async (path: string) => (await api.send('GET', path)).body.items[0].id as string;
  const paths = [
    planOf(workflow),
    ...['steps', 'operations', 'executions', 'requirements'].map(
      (part) => `/v1/workflows/${workflow}/${part}`,
    ),
    `/v1/steps/${await own(`/v1/workflows/${workflow}/steps`)}`,
    `/v1/operations/${await own(`/v1/workflows/${workflow}/operations`)}`,
    `/v1/executions/${await own(`/v1/workflows/${workflow}/executions`)}`,
    `/v1/requirements/${await own(`/v1/workflows/${workflow}/requirements`)}`,
    `/v1/requirements/${await own(`/v1/workflows/${workflow}/requirements`)}/diff`,
    `/v1/projects/${await own('/v1/projects')}`,
    `/v1/projects/${await own('/v1/projects')}/requirements`,
  ];
  for (const path of paths) {
    expect([path, (await api.send('GET', path)).status]).toEqual([path, 200]);
    expect([path, (await api.send('GET', path, { key })).status]).toEqual([path, 404]);
  }
  expect((await api.send('GET', '/v1/projects', { key })).body.items).toEqual([]);
  const metrics = await api.send('GET', '/v1/metrics', { key });
  expect(metrics.body).toMatchObject({
    workflows: { completed: 0 },
    completed: { count: 0 },
    operations: [],
  });
});
