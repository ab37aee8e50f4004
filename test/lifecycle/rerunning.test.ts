import { describe, expect, test } from 'vitest';
import { WorkflowMetric } from '../../entities/workflows/workflow-metric.ts';
import { stages } from '../../jobs/workflow.ts';
import { demoScript } from '../../src/sandbox/codegen/demo-script.ts';
import type { AgentScript } from '../../src/sandbox/codegen/scripted-agent.ts';
import { backends } from '../support/backends.ts';
import { automatic, lifecycle, oneFile, twoFiles } from '../support/lifecycle.ts';
import { expectEverythingOnce } from '../support/once.ts';

const { start, send, over, viewOf } = lifecycle();

const step = (name: string, description: string) => ({
  name,
  description,
  acceptance_criteria: [description],
  files: [`greeting/${name}.md`],
  depends_on: [],
  effort_hours: 1,
  complexity: 1,
});

describe.each(backends())('on %s', (backend) => {
  test('a workflow that failed at its end, run again from each of the eight stages, leaves everything once', async () => {
    const system = await start(backend, {
      github: { ci: async ({ base }) => (base === 'main' ? 'failure' : 'success') },
    });
    const { enqueue, sandbox, repository } = system;
    await sandbox.github.protect(repository, 'main', ['ci/sandbox']);
    const id = await enqueue({ requirements: twoFiles, options: automatic });
    expect(await over(id)).toMatchObject({ status: 'failed', errorStage: 'completion' });
    const runs = sandbox.codegen.runs().length;
    let attempt = 1;
    for (const { name } of stages) {
      if (name === 'completion') await sandbox.github.protect(repository, 'main', []);
      await send(id, 'rerun', { from: name });
      attempt += 1;
      const { status, errorStage, errorMessage } = await over(id);
      const expected =
        name === 'completion'
          ? ['completed', null, null]
          : ['failed', 'completion', expect.stringMatching(/ci\/sandbox failed/)];
      expect([name, status, errorStage ?? null, errorMessage ?? null]).toEqual([name, ...expected]);
      // the agents' work stands: nothing they would be told has changed
      expect([name, sandbox.codegen.runs().length]).toEqual([name, runs]);
    }
    await expectEverythingOnce(system, id);
    const view = await viewOf(id);
    expect(view.attempt).toBe(attempt);
    expect(view.stages.map(({ name }) => name)).toEqual(stages.map(({ name }) => name));
    const open = view.operations.find(({ type, superseded }) => type === 'open-pull-request' && !superseded);
    expect(open?.attempt).toBe(1);
    expect(view.operations.some(({ type, superseded }) => type === 'read-branch' && superseded)).toBe(true);
    expect(view.operations.some(({ type, superseded }) => type === 'create-issue' && superseded)).toBe(false);
  }, 400_000);
});

test('after a plan was rejected another one is made, which heeds the reason', async () => {
  const prompts: string[] = [];
  const script: AgentScript = async (task) => {
    if (task.kind === 'decompose') prompts.push(task.prompt);
    return demoScript(task);
  };
  const { enqueue, untilAsked } = await start('PostgreSQL', { codegen: { script } });
  const id = await enqueue({ requirements: twoFiles, options: { autoMerge: true } });
  await untilAsked(id, 60_000);
  await send(id, 'reject', {}, 'split it finer');
  await over(id);
  await send(id, 'rerun', { from: 'requirements_decomposition' });
  await untilAsked(id, 60_000);
  expect(prompts).toHaveLength(2);
  expect(prompts[1]).toContain('Ada rejected the plan: split it finer.');
  await send(id, 'approve');
  expect((await over(id)).status).toBe('completed');
  expect((await viewOf(id)).plan).toMatchObject({ status: 'approved', decidedBy: 'Ada' });
}, 120_000);

test('with another plan, issues take its words, steps left out are taken back, and nothing is there twice', async () => {
  const plans = [
    [step('a', 'First words.'), step('b', 'To be left out.')],
    [step('c', 'Something new.'), step('a', 'Other words.')],
  ];
  let asked = 0;
  const script: AgentScript = async (task) => {
    if (task.kind !== 'decompose') return demoScript(task);
    asked += 1;
    return { result: JSON.stringify({ title: 'T', summary: 'S', steps: plans[asked - 1] }) };
  };
  const { enqueue, untilAsked, sandbox, repository } = await start('PostgreSQL', { codegen: { script } });
  const id = await enqueue({ requirements: twoFiles, options: { autoConfirmPlan: true } });
  expect((await untilAsked(id, 90_000)).waitingOn).toMatch(/^merge approval/);
  await send(id, 'reject');
  await over(id);
  await send(id, 'rerun', { from: 'requirements_decomposition', anew: true });
  const again = await untilAsked(id, 90_000);
  expect([again.errorMessage ?? null, again.waitingOn]).toEqual([
    null,
    expect.stringMatching(/^merge approval/),
  ]);
  expect(asked).toBe(2);
  // what was merged into the development branch stays done; its other words are more work
  const issues = sandbox.linear.issues().map(({ title }) => title);
  expect(issues.sort()).toEqual(['T', 'a', 'a', 'b', 'c']);
  const pulls = await sandbox.github.pullRequests(repository);
  expect(pulls.filter(({ state }) => state === 'open')).toHaveLength(1);
  expect(new Set(pulls.map(({ head }) => head)).size).toBe(pulls.length);
  const { steps } = await viewOf(id);
  expect(steps.map(({ number, title }) => `${number} ${title}`)).toEqual(['1 c', '2 a']);
  await send(id, 'approve');
  expect((await over(id)).status).toBe('completed');
}, 240_000);

test('a pull request that was rejected keeps nothing back once its step is left out of the plan', async () => {
  const plans = [[step('a', 'First words.'), step('b', 'To be left out.')], [step('a', 'First words.')]];
  let asked = 0;
  const script: AgentScript = async (task) => {
    if (task.kind === 'review' && task.prompt.includes('To be left out.'))
      return { result: '{"score": 10, "summary": "Bad."}' };
    if (task.kind !== 'decompose') return demoScript(task);
    asked += 1;
    return { result: JSON.stringify({ title: 'T', summary: 'S', steps: plans[asked - 1] }) };
  };
  const { enqueue, engine, organizationId } = await start('PostgreSQL', { codegen: { script } });
  const options = { ...automatic, onValidationFailure: 'fail' as const };
  const id = await enqueue({ requirements: twoFiles, options });
  expect(await over(id)).toMatchObject({ status: 'failed', errorStage: 'pr_validation' });
  await send(id, 'rerun', { from: 'requirements_decomposition', anew: true });
  const { status, errorMessage } = await over(id);
  expect([errorMessage ?? null, status]).toEqual([null, 'completed']);
  const figures = await engine.databases
    .inOrganization(organizationId)
    .workflows((em) => em.find(WorkflowMetric, { workflowExecutionId: id }));
  const figure = (name: string) => figures.find(({ metricName }) => metricName === name)?.metricValue;
  expect([figure('steps'), figure('pull_requests')]).toEqual([1, 1]);
}, 240_000);

test('a step that one plan left out and the next has again is done on a branch of its own', async () => {
  const step = (name: string) => ({
    name,
    description: `Write ${name}.`,
    acceptance_criteria: [`${name} is there`],
    files: [`greeting/${name}.md`],
    depends_on: [],
    effort_hours: 1,
    complexity: 1,
  });
  const plans = [[step('a'), step('b')], [step('a')], [step('a'), step('b')]];
  let asked = 0;
  const script: AgentScript = async (task) => {
    if (task.kind === 'step' && asked === 1 && task.branch?.endsWith('-b')) throw new Error('Not today.');
    if (task.kind !== 'decompose') return demoScript(task);
    asked += 1;
    return { result: JSON.stringify({ title: 'T', summary: 'S', steps: plans[asked - 1] }) };
  };
  const { enqueue, untilAsked, sandbox, repository } = await start('PostgreSQL', { codegen: { script } });
  const id = await enqueue({ requirements: twoFiles, options: { autoConfirmPlan: true } });
  expect(await over(id)).toMatchObject({ status: 'failed', errorStage: 'task_execution' });
  const again = { from: 'requirements_decomposition', anew: true };
  await send(id, 'rerun', again);
  expect((await untilAsked(id, 90_000)).waitingOn).toMatch(/^merge approval/);
  await send(id, 'reject');
  await over(id);
  await send(id, 'rerun', again);
  const last = await untilAsked(id, 90_000);
  expect([last.errorMessage ?? null, last.waitingOn]).toEqual([
    null,
    expect.stringMatching(/^merge approval/),
  ]);
  const { steps } = await viewOf(id);
  expect(steps.map(({ number, title }) => `${number} ${title}`)).toEqual(['1 a', '2 b']);
  expect(
    sandbox.linear
      .issues()
      .map(({ title }) => title)
      .sort(),
  ).toEqual(['T', 'a', 'b', 'b']);
  const heads = (await sandbox.github.pullRequests(repository)).map(({ head }) => head);
  expect(heads.filter((head) => head.endsWith('-b'))).toEqual([expect.stringMatching(/attempt-3-step-2-b$/)]);
}, 240_000);

test('one step is done again with an edited prompt, on its branch and pull request', async () => {
  const told: { runKey: string; turn: number; prompt: string }[] = [];
  const script: AgentScript = async (task) => {
    if (task.kind !== 'step' && !task.prompt.includes('Sing instead')) return demoScript(task);
    told.push({ runKey: task.runKey, turn: task.turn, prompt: task.prompt });
    if (!task.prompt.includes('Sing instead')) return demoScript(task);
    const checkout = await task.clone();
    await checkout.write('greeting/song.md', '# A song\n');
    await checkout.commit('Sing');
    await checkout.push();
    return { result: 'It sings.' };
  };
  const failReview: AgentScript = async (task) =>
    task.kind === 'review' && !told.some(({ turn }) => turn > 1)
      ? { result: '{"score": 10, "summary": "Bad."}' }
      : script(task);
  const { enqueue, untilAsked, sandbox, repository } = await start('PostgreSQL', {
    codegen: { script: failReview },
  });
  const id = await enqueue({ requirements: oneFile, options: automatic });
  expect((await untilAsked(id, 90_000)).waitingOn).toMatch(/^a decision on pull request #1/);
  await send(id, 'retry_step', { step: 1, prompt: 'Sing instead.' });
  const done = await over(id);
  expect(done).toMatchObject({ status: 'completed', errorMessage: null, attempt: 2 });
  const edited = told.filter(({ prompt }) => prompt.includes('Sing instead'));
  expect(edited).toHaveLength(1);
  expect(edited[0]?.turn).toBeGreaterThan(1);
  const pulls = await sandbox.github.pullRequests(repository);
  expect(pulls.map(({ number, mergedAt }) => [number, mergedAt !== null])).toEqual([
    [1, true],
    [2, true],
  ]);
  const view = await viewOf(id);
  expect(view.told.map(({ type }) => type)).toEqual(['requirements', 'retry_step']);
}, 180_000);

test('an edited prompt stands when the step that was told it has failed and is tried again', async () => {
  const sung: number[] = [];
  const script: AgentScript = async (task) => {
    if (task.prompt.includes('Sing instead')) {
      sung.push(task.turn);
      if (sung.length <= 2) throw new Error('Lost the voice.');
      const checkout = await task.clone();
      await checkout.write('greeting/song.md', '# A song\n');
      await checkout.commit('Sing');
      await checkout.push();
      return { result: 'It sings.' };
    }
    if (task.kind === 'review' && sung.length === 0) return { result: '{"score": 10, "summary": "Bad."}' };
    return demoScript(task);
  };
  const { enqueue, untilAsked } = await start('PostgreSQL', { codegen: { script } });
  const id = await enqueue({ requirements: oneFile, options: automatic });
  expect((await untilAsked(id, 90_000)).waitingOn).toMatch(/^a decision on pull request #1/);
  await send(id, 'retry_step', { step: 1, prompt: 'Sing instead.' });
  for (const attempt of [2, 3]) {
    expect(await over(id)).toMatchObject({
      status: 'failed',
      attempt,
      errorMessage: expect.stringContaining('Lost the voice.'),
    });
    expect(sung).toHaveLength(attempt - 1);
    await send(id, 'retry');
  }
  expect(await over(id)).toMatchObject({ status: 'completed', errorMessage: null, attempt: 4 });
  // each time it was the agent that had done the step before
  expect(sung).toHaveLength(3);
  expect(sung.every((turn) => turn > 1)).toBe(true);
}, 180_000);

test('a step that is done again is merged into the branches of those that depend on it', async () => {
  const step = (name: string, dependsOn: string[]) => ({
    name,
    description: `Write ${name}.`,
    acceptance_criteria: [`${name} is there`],
    files: [`greeting/${name}.md`],
    depends_on: dependsOn,
    effort_hours: 1,
    complexity: 1,
  });
  const plan = { title: 'T', summary: 'S', steps: [step('a', []), step('b', ['a'])] };
  let hasSung = false;
  const begun: string[] = [];
  const songs: (string | null)[] = [];
  const script: AgentScript = async (task) => {
    if (task.kind === 'decompose') return { result: JSON.stringify(plan) };
    if (task.kind === 'step') begun.push(task.runKey);
    if (task.prompt.includes('Sing instead')) {
      hasSung = true;
      const checkout = await task.clone();
      await checkout.write('greeting/song.md', '# A song\n');
      await checkout.commit('Sing');
      await checkout.push();
      return { result: 'It sings.' };
    }
    if (task.kind === 'review') {
      const isOfA = task.branch?.endsWith('-a');
      if (isOfA && !hasSung) return { result: '{"score": 10, "summary": "Bad."}' };
      if (!isOfA && hasSung) songs.push(await (await task.clone()).read('greeting/song.md'));
    }
    return demoScript(task);
  };
  const { enqueue, untilAsked } = await start('PostgreSQL', { codegen: { script } });
  const id = await enqueue({ requirements: twoFiles, options: automatic });
  expect((await untilAsked(id, 90_000)).waitingOn).toMatch(/^a decision on pull request #1/);
  await send(id, 'retry_step', { step: 1, prompt: 'Sing instead.' });
  expect(await over(id)).toMatchObject({ status: 'completed', errorMessage: null, attempt: 2 });
  // judged with it; what had been done for the other one stands
  expect(songs).toEqual(['# A song\n']);
  expect(begun).toHaveLength(2);
}, 240_000);

test('what is merged or cancelled cannot be run again, nor what has not been reached', async () => {
  const { enqueue, untilAsked } = await start('PostgreSQL');
  const id = await enqueue({ requirements: oneFile, options: { autoMerge: true } });
  await untilAsked(id, 60_000);
  await expect(send(id, 'rerun', { from: 'completion' })).rejects.toThrow(
    /has not come as far as completion/,
  );
  await expect(send(id, 'rerun', { from: 'lunch' })).rejects.toThrow(/"lunch" is no stage/);
  await expect(send(id, 'retry')).rejects.toThrow(/Only what has failed/);
  await send(id, 'approve');
  await expect(send(id, 'rerun', { from: 'project_selection' })).rejects.toThrow(
    /can begin where it has failed/,
  );
  expect((await over(id)).status).toBe('completed');
  await expect(send(id, 'rerun', { from: 'completion' })).rejects.toThrow(/merged into main.*follows it/);
  await expect(send(id, 'cancel')).rejects.toThrow(/merged into main/);
}, 120_000);
