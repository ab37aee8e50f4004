import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { RequirementDecomposition } from '../../entities/task/requirement-decomposition.ts';
import { WorkflowValidation } from '../../entities/workflows/workflow-validation.ts';
import { receiveSignal } from '../../src/engine/receive-signal.ts';
import { demoScript } from '../../src/sandbox/codegen/demo-script.ts';
import type { AgentScript } from '../../src/sandbox/codegen/scripted-agent.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { GitClone } from '../support/git-clone.ts';
import { contractFetch } from '../support/github-contract.ts';
import { expectEverythingOnce } from '../support/once.ts';
import { type TestSystem, type TestSystemOptions, testSystem } from '../support/system.ts';

const requirements = '# One file\n\n- Add greeting/hello.md that greets the reader.\n';
const automatic = { autoConfirmPlan: true, autoMerge: true } as const;

vi.setConfig({ testTimeout: 180_000 });

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

describe('a workflow', () => {
  let system: TestSystem;
  const start = async (options?: TestSystemOptions) => {
    system = await testSystem(fresh, 'PostgreSQL', options);
    system.work();
    return system;
  };
  afterEach(() => system.close());
  const over = (id: string) => system.until(id, ['completed', 'failed'], 150_000);
  const signal = (id: string, type: 'approve' | 'reject' | 'requirements' | 'rerun', more: object = {}) =>
    receiveSignal(system.engine, {
      organizationId: system.organizationId,
      workflowId: id,
      type,
      actor: 'Ada',
      ...more,
    });

  test('whose repository does not exist fails at once and says so', async () => {
    const { enqueue } = await start();
    const row = await over(await enqueue({ repository: { owner: 'acme', name: 'nowhere' }, requirements }));
    expect(row).toMatchObject({
      status: 'failed',
      errorStage: 'project_selection',
      errorMessage: 'GitHub repository acme/nowhere does not exist or the token cannot see it',
    });
  });

  test('whose base branch does not exist fails and names it', async () => {
    const { enqueue } = await start();
    const row = await over(await enqueue({ baseBranch: 'release', requirements }));
    expect(row.errorMessage).toMatch(/has no branch "release"/);
  });

  test('without requirements waits until they are given', async () => {
    const { enqueue, untilAsked } = await start();
    const id = await enqueue({ options: { autoMerge: true } });
    expect(await untilAsked(id, 150_000)).toMatchObject({
      waitingOn: 'requirements',
      currentStage: 'requirements_input',
    });
    await expect(signal(id, 'approve')).rejects.toThrow(
      /takes no approve now: it waits on requirements, which takes: requirements/,
    );
    await signal(id, 'requirements', { payload: { text: requirements } });
    const planned = await system.untilAsked(id, 150_000);
    expect(planned.waitingOn).toBe('plan approval');
  });

  test('whose plan is rejected fails with who rejected it and why, and has created no issue', async () => {
    const { enqueue, untilAsked, engine, organizationId, sandbox } = await start();
    const id = await enqueue({ requirements });
    await untilAsked(id, 150_000);
    await signal(id, 'reject', { reason: 'too small to be worth it' });
    const row = await over(id);
    expect(row).toMatchObject({
      status: 'failed',
      errorStage: 'requirements_decomposition',
      errorMessage: 'Ada rejected the plan: too small to be worth it',
    });
    const db = engine.databases.inOrganization(organizationId);
    const plan = await db.task((em) => em.findOneOrFail(RequirementDecomposition, { workflowId: id }));
    expect(plan).toMatchObject({ status: 'rejected', decidedBy: 'Ada' });
    expect(sandbox.linear.issues()).toEqual([]);
  });

  test('whose agent never answers with JSON fails after three attempts, saying what was wrong', async () => {
    let asked = 0;
    const script: AgentScript = async (task) => {
      if (task.kind !== 'decompose') return demoScript(task);
      asked += 1;
      return { result: 'I would rather talk about the weather.' };
    };
    const { enqueue } = await start({ codegen: { script } });
    const row = await over(await enqueue({ requirements, options: automatic }));
    expect(asked).toBe(3);
    expect(row.errorMessage).toBe(
      'The agent gave no usable plan in 3 attempts. What was wrong with the last one: The answer is not a JSON object.',
    );
  });

  test('takes the second plan where the first has a cycle, and tells the agent what was wrong', async () => {
    const prompts: string[] = [];
    const step = (name: string, on: string[]) => ({
      name,
      description: name,
      acceptance_criteria: ['is there'],
      files: [`greeting/${name}.md`],
      depends_on: on,
      effort_hours: 1,
      complexity: 1,
    });
    const script: AgentScript = async (task) => {
      if (task.kind !== 'decompose') return demoScript(task);
      prompts.push(task.prompt);
      const steps =
        prompts.length === 1 ? [step('a', ['b']), step('b', ['a'])] : [step('a', []), step('b', ['a'])];
      return {
        result: `Here it is:\n\`\`\`json\n${JSON.stringify({ title: 'T', summary: 'S', steps })}\n\`\`\``,
      };
    };
    const { enqueue } = await start({ codegen: { script } });
    const id = await enqueue({ requirements, options: automatic });
    expect((await over(id)).status).toBe('completed');
    expect(prompts[1]).toContain('go round in a circle: a → b → a');
    await expectEverythingOnce(system, id);
  });

  test('whose agent writes a NUL and half a character as escapes, in its plan and in its review, is completed', async () => {
    const written = String.raw`greets \u0000 and \ud83d.`;
    const script: AgentScript = async (task) => {
      const answer = await demoScript(task);
      const isJson = task.kind === 'decompose' || task.kind === 'review';
      return isJson
        ? { result: answer.result.replace(/("(?:description|summary)": ").*?"/g, `$1${written}"`) }
        : answer;
    };
    const { enqueue, engine, organizationId } = await start({ codegen: { script } });
    const id = await enqueue({ requirements, options: automatic });
    expect(await over(id)).toMatchObject({ status: 'completed', errorMessage: null });
    const db = engine.databases.inOrganization(organizationId);
    const verdict = await db.workflows((em) =>
      em.findOneOrFail(WorkflowValidation, { workflowExecutionId: id }),
    );
    expect(verdict.summary).toBe('greets \uFFFD and \uFFFD.');
  });

  test('whose pull request never passes goes back to the agent twice, then waits for a person', async () => {
    let repairs = 0;
    const script: AgentScript = async (task) => {
      if (task.kind === 'repair') repairs += 1;
      if (task.kind !== 'review') return demoScript(task);
      const findings = [{ severity: 'error', message: 'It is not friendly enough.' }];
      return { result: JSON.stringify({ score: 20, summary: 'No.', criteria: [], findings }) };
    };
    const { enqueue, untilAsked, engine, organizationId, sandbox } = await start({ codegen: { script } });
    const id = await enqueue({ requirements, options: automatic });
    const row = await untilAsked(id, 150_000);
    expect(row.status).toBe('waiting');
    expect(row.waitingOn).toMatch(
      /^a decision on pull request #1 \(68 of 100\), not passing after 3 rounds$/,
    );
    expect(repairs).toBe(2);
    const db = engine.databases.inOrganization(organizationId);
    expect(await db.workflows((em) => em.count(WorkflowValidation, { workflowExecutionId: id }))).toBe(3);
    expect(await sandbox.github.comments()).toHaveLength(3);
    await signal(id, 'reject', { reason: 'start over' });
    expect((await over(id)).errorMessage).toBe('Ada rejected pull request #1 (68 of 100): start over');
  });

  test('whose pull request never passes fails where that is the policy, also where the agent mends nothing', async () => {
    const script: AgentScript = async (task) => {
      if (task.kind === 'repair') return { result: 'All is well.' };
      return task.kind === 'review' ? { result: '{"score": 10, "summary": "Bad."}' } : demoScript(task);
    };
    const { enqueue } = await start({ codegen: { script } });
    const row = await over(
      await enqueue({ requirements, options: { ...automatic, onValidationFailure: 'fail' } }),
    );
    expect(row.errorMessage).toMatch(/^Validation failed after 3 rounds: pull request #1/);
  });

  test('whose pull request passes only after a repair is merged with the repair, however loosely the review was written', async () => {
    let reviews = 0;
    const script: AgentScript = async (task) => {
      if (task.kind !== 'review') return demoScript(task);
      reviews += 1;
      if (reviews > 1) return demoScript(task);
      const findings = [{ severity: 'critical', message: 'Say it louder.', file: 'a.md', line: null }];
      return { result: JSON.stringify({ score: 40, summary: 'Almost.', criteria: null, findings }) };
    };
    const { enqueue } = await start({ codegen: { script } });
    const id = await enqueue({ requirements, options: automatic });
    expect((await over(id)).status).toBe('completed');
    expect(reviews).toBe(2);
    await expectEverythingOnce(system, id);
  });

  test('whose review the agent never gives asks it three times, sends nothing back for repair, then waits for a person', async () => {
    const prompts: string[] = [];
    let repairs = 0;
    const script: AgentScript = async (task) => {
      if (task.kind === 'repair') repairs += 1;
      if (task.kind !== 'review') return demoScript(task);
      prompts.push(task.prompt);
      if (prompts.length === 1) throw new Error('I ran out of memory.');
      return { result: prompts.length === 2 ? 'I liked it.' : '{"score": 400, "summary": "wow"}' };
    };
    const { enqueue, untilAsked, engine, organizationId, sandbox } = await start({ codegen: { script } });
    const id = await enqueue({ requirements, options: automatic });
    expect((await untilAsked(id, 150_000)).waitingOn).toBe(
      'a decision on pull request #1 (100 of 100, without a usable review), not passing after 1 round',
    );
    expect(prompts).toHaveLength(3);
    expect(prompts[0]).not.toContain('<problems>');
    expect(prompts[1]).toContain('The agent failed: I ran out of memory.');
    expect(prompts[2]).toContain('The answer is not a JSON object.');
    expect(repairs).toBe(0);
    const db = engine.databases.inOrganization(organizationId);
    const verdict = await db.workflows((em) =>
      em.findOneOrFail(WorkflowValidation, { workflowExecutionId: id }),
    );
    expect(verdict).toMatchObject({ passed: false, reviewScore: null });
    expect(verdict.summary).toMatch(/^The agent gave no usable review in 3 attempts\. .* score: /);
    expect((await sandbox.github.comments())[0]?.body).toContain(verdict.summary);
    await signal(id, 'approve');
    expect((await over(id)).status).toBe('completed');
  });

  test('takes over no pull request of its own that has the number of one its agent opened in another repository', async () => {
    let other = '';
    const script: AgentScript = async (task) => {
      const answer = await demoScript(task);
      if (task.kind !== 'step') return answer;
      const url = `https://github.com/acme/others/pull/${other}`;
      return { ...answer, pullRequests: [{ url, headBranch: 'theirs' }] };
    };
    const { enqueue, sandbox, repository, dataDir } = await start({ codegen: { script } });
    const { gitDirectory } = sandbox.github.repository(repository);
    const clone = await GitClone.of({ url: gitDirectory, env: {} }, path.join(dataDir, 'of-a-person'));
    await clone.pushFile('theirs', 'theirs.txt', 'theirs\n');
    const { url, tokens } = sandbox.github;
    const opened = await fetch(`${url}/repos/${repository.owner}/${repository.name}/pulls`, {
      method: 'POST',
      headers: { authorization: `token ${tokens[0]}` },
      body: JSON.stringify({ title: 'Theirs', head: 'theirs', base: 'main' }),
    });
    other = String(((await opened.json()) as { number: number }).number);
    expect(await over(await enqueue({ requirements, options: automatic }))).toMatchObject({
      status: 'completed',
    });
    const theirs = (await sandbox.github.pullRequests(repository)).find(({ head }) => head === 'theirs');
    expect(theirs).toMatchObject({ state: 'open', base: 'main' });
  });

  test('judges what a repair has pushed, also while GitHub still shows the head before it', async () => {
    let reviews = 0;
    let repairing = false;
    let isBehind = true;
    const heads: string[] = [];
    const script: AgentScript = async (task) => {
      repairing = task.kind === 'repair';
      if (task.kind !== 'review') return demoScript(task);
      reviews += 1;
      if (reviews > 1) return demoScript(task);
      return { result: '{"score": 10, "summary": "Almost."}' };
    };
    const lagging: typeof fetch = async (input, init) => {
      const answer = await contractFetch(input, init);
      const isPull = (init?.method ?? 'GET') === 'GET' && /\/pulls\/1$/.test(new URL(String(input)).pathname);
      if (!isPull) return answer;
      const pull = (await answer.json()) as { head: { sha: string } };
      heads.push(pull.head.sha);
      if (!repairing || !isBehind) return Response.json(pull);
      // the first look after the push
      isBehind = false;
      return Response.json({ ...pull, head: { ...pull.head, sha: heads[0] } });
    };
    const { enqueue, engine, organizationId } = await start({ codegen: { script }, fetchGitHub: lagging });
    const id = await enqueue({ requirements, options: automatic });
    expect((await over(id)).status).toBe('completed');
    const db = engine.databases.inOrganization(organizationId);
    const looks = await db.workflows((em) =>
      em.find(WorkflowValidation, { workflowExecutionId: id }, { orderBy: { round: 'asc' } }),
    );
    expect(isBehind).toBe(false);
    expect(looks.map(({ headSha }) => headSha)).toEqual([heads[0], heads.at(-1)]);
    expect(heads[0]).not.toBe(heads.at(-1));
  });

  test('whose steps fail a check that the base branch requires does not pass validation', async () => {
    const { enqueue, sandbox, repository } = await start({ github: { ci: async () => 'failure' } });
    await sandbox.github.protect(repository, 'main', ['ci/sandbox', 'of-main-alone']);
    const row = await over(
      await enqueue({ requirements, options: { ...automatic, onValidationFailure: 'fail' } }),
    );
    expect(row.errorMessage).toMatch(/^Validation failed after 3 rounds: pull request #1/);
  });

  test('whose failing required check is an error does not pass', async () => {
    const { enqueue, sandbox, repository, untilAsked } = await start({
      github: { ci: async ({ base }) => (base === 'main' ? 'failure' : 'success') },
    });
    await sandbox.github.protect(repository, 'main', ['ci/sandbox']);
    const id = await enqueue({ requirements, options: automatic });
    const row = await untilAsked(id, 150_000);
    expect(row.errorMessage).toMatch(/cannot be merged: ci\/sandbox failed/);
  });

  test('whose agent changes nothing fails in words', async () => {
    const script: AgentScript = async (task) =>
      task.kind === 'step' ? { result: 'Nothing to do.' } : demoScript(task);
    const { enqueue } = await start({ codegen: { script } });
    const row = await over(await enqueue({ requirements, options: automatic }));
    expect(row.errorMessage).toMatch(/1 of 1 steps were not carried out: .*changed nothing/);
  });

  test('waits for merge approval and merges when it is given', async () => {
    const { enqueue, untilAsked } = await start();
    const id = await enqueue({ requirements, options: { autoConfirmPlan: true } });
    const row = await untilAsked(id, 150_000);
    expect(row.waitingOn).toMatch(/^merge approval of pull request #2 at [0-9a-f]{8}$/);
    await signal(id, 'approve');
    expect((await over(id)).status).toBe('completed');
    await expectEverythingOnce(system, id);
  });

  test('whose final pull request a person merged himself, in spite of a failing required check, is completed', async () => {
    const { enqueue, untilAsked, sandbox, repository, dataDir } = await start({
      github: { ci: async ({ base }) => (base === 'main' ? 'failure' : 'success') },
    });
    const id = await enqueue({ requirements, options: { autoConfirmPlan: true } });
    await untilAsked(id, 60_000);
    await sandbox.github.protect(repository, 'main', ['ci/sandbox']);
    const { gitDirectory } = sandbox.github.repository(repository);
    const clone = await GitClone.of({ url: gitDirectory, env: {} }, path.join(dataDir, 'of-a-person'));
    const final = (await sandbox.github.pullRequests(repository)).find(({ base }) => base === 'main');
    await clone.git('merge', '--quiet', '--no-ff', '--no-edit', `origin/${final?.head}`);
    await clone.git('push', '--quiet', 'origin', 'main');
    await signal(id, 'approve');
    expect(await over(id)).toMatchObject({ status: 'completed', errorMessage: null });
    expect(await sandbox.github.branches(repository)).toEqual({ main: expect.anything() });
  });

  test('whose repair GitHub refuses fails, and says why', async () => {
    const script: AgentScript = async (task) => {
      if (task.kind === 'review') return { result: '{"score": 10, "summary": "Bad."}' };
      if (task.kind !== 'repair') return demoScript(task);
      const checkout = await task.clone();
      await checkout.git('commit', '--allow-empty', '-m', 'Mend it');
      await checkout.git('push', 'origin', 'HEAD:refs/heads/of-the-agent');
      const hook = path.join(sandbox.github.repository(repository).gitDirectory, 'hooks', 'update');
      await mkdir(path.dirname(hook), { recursive: true });
      await writeFile(hook, '#!/bin/sh\necho "is locked" >&2\nexit 1\n', { mode: 0o755 });
      const url = `https://github.com/${task.repository}/pull/9`;
      return { result: 'Mended.', pullRequests: [{ url, headBranch: 'of-the-agent' }] };
    };
    const { enqueue, sandbox, repository } = await start({ codegen: { script } });
    const row = await over(await enqueue({ requirements, options: automatic }));
    expect(row.errorMessage).toMatch(
      /^1 of 1 pull requests could not be validated: .*GitHub refused the push to acme\/.*is locked/,
    );
  });

  test('whose step a person merges himself while it is reviewed goes on with that, and has nothing repaired', async () => {
    const asked: string[] = [];
    const script: AgentScript = async (task) => {
      asked.push(task.kind);
      if (task.kind !== 'review') return demoScript(task);
      await mergeByHand();
      return { result: '{"score": 10, "summary": "No."}' };
    };
    const { enqueue, engine, organizationId, sandbox, repository } = await start({ codegen: { script } });
    const address = `${sandbox.github.url}/repos/${repository.owner}/${repository.name}`;
    const headers = { authorization: `token ${sandbox.github.tokens[0]}` };
    const mergeByHand = async () => {
      const [pull] = await sandbox.github.pullRequests(repository);
      expect((await fetch(`${address}/pulls/1/merge`, { method: 'PUT', headers, body: '{}' })).status).toBe(
        200,
      );
      // as GitHub does by itself where a repository is set so
      const head = `${address}/git/refs/heads/${pull?.head}`;
      expect((await fetch(head, { method: 'DELETE', headers })).status).toBe(204);
    };
    const id = await enqueue({ requirements, options: automatic });
    expect(await over(id)).toMatchObject({ status: 'completed', errorMessage: null });
    expect(asked).toEqual(['decompose', 'step', 'review']);
    const db = engine.databases.inOrganization(organizationId);
    const verdict = await db.workflows((em) =>
      em.findOneOrFail(WorkflowValidation, { workflowExecutionId: id, round: 2 }),
    );
    expect(verdict).toMatchObject({ passed: true, reviewScore: null });
    expect(verdict.summary).toMatch(/^It is merged into gsw\/\w+\/dev already/);
    await expectEverythingOnce(system, id);
  });

  test('whose step a person merges into another branch fails, and says so', async () => {
    const script: AgentScript = async (task) => {
      if (task.kind !== 'review') return demoScript(task);
      const pull = { method: 'PATCH', headers, body: JSON.stringify({ base: 'main' }) };
      expect((await fetch(`${address}/pulls/1`, pull)).status).toBe(200);
      expect((await fetch(`${address}/pulls/1/merge`, { method: 'PUT', headers, body: '{}' })).status).toBe(
        200,
      );
      return { result: '{"score": 10, "summary": "No."}' };
    };
    const { enqueue, sandbox, repository } = await start({ codegen: { script } });
    const address = `${sandbox.github.url}/repos/${repository.owner}/${repository.name}`;
    const headers = { authorization: `token ${sandbox.github.tokens[0]}` };
    const row = await over(await enqueue({ requirements, options: automatic }));
    expect(row.errorMessage).toMatch(/Pull request #1 was merged into main instead of gsw\/\w+\/dev\./);
  });

  test('whose final pull request fell behind a branch that takes none such fails with the way out, which leads there', async () => {
    const { enqueue, untilAsked, sandbox, repository, dataDir } = await start();
    const id = await enqueue({ requirements, options: { autoConfirmPlan: true } });
    await untilAsked(id, 60_000);
    await sandbox.github.ruleMerges(repository, 'main', { isStrict: true });
    const { gitDirectory } = sandbox.github.repository(repository);
    const clone = await GitClone.of({ url: gitDirectory, env: {} }, path.join(dataDir, 'of-a-person'));
    await clone.pushFile('main', 'meanwhile.md', 'meanwhile\n');
    await signal(id, 'approve');
    const final = (await sandbox.github.pullRequests(repository)).find(({ base }) => base === 'main');
    expect((await over(id)).errorMessage).toMatch(
      /^Pull request #2 cannot be merged: .* are expected\. To merge it as it is now, press "Update branch" on http\S+\/pull\/2, .* give `gsw rerun [0-9a-f-]{36} --from dev_branch_management`/,
    );
    await clone.git('checkout', '--quiet', '-B', 'updated', `origin/${final?.head}`);
    await clone.git('merge', '--quiet', '--no-edit', 'origin/main');
    await clone.git('push', '--quiet', 'origin', `HEAD:refs/heads/${final?.head}`);
    await signal(id, 'rerun', { payload: { from: 'dev_branch_management' } });
    const head = await clone.git('rev-parse', 'HEAD');
    expect((await untilAsked(id, 60_000)).waitingOn).toBe(
      `merge approval of pull request #2 at ${head.slice(0, 8)}`,
    );
    await signal(id, 'approve');
    expect(await over(id)).toMatchObject({ status: 'completed', errorMessage: null });
    await expectEverythingOnce(system, id);
  });

  test('does not merge a step into another branch than its own, where its pull request was pointed there', async () => {
    const { enqueue, sandbox, repository } = await start({
      codegen: {
        script: async (task) => {
          if (task.kind === 'review') await pointAtMain();
          return demoScript(task);
        },
      },
    });
    const { url, tokens } = sandbox.github;
    const pointAtMain = () =>
      fetch(`${url}/repos/${repository.owner}/${repository.name}/pulls/1`, {
        method: 'PATCH',
        headers: { authorization: `token ${tokens[0]}` },
        body: JSON.stringify({ base: 'main' }),
      });
    const { main } = await sandbox.github.branches(repository);
    const row = await over(await enqueue({ requirements, options: automatic }));
    expect(row.errorMessage).toMatch(/would be merged into main instead of gsw\/\w+\/dev, for its base was/);
    expect((await sandbox.github.branches(repository)).main).toBe(main);
  });

  test('whose steps contradict each other has the conflict resolved by the agent and judged anew', async () => {
    const step = (name: string) => ({
      name,
      description: name,
      acceptance_criteria: ['is there'],
      files: ['greeting/shared.md'],
      depends_on: [],
      effort_hours: 1,
      complexity: 1,
    });
    const script: AgentScript = async (task) =>
      task.kind === 'decompose'
        ? { result: JSON.stringify({ title: 'T', summary: 'S', steps: [step('left'), step('right')] }) }
        : demoScript(task);
    const { enqueue } = await start({ codegen: { script } });
    const id = await enqueue({ requirements, options: automatic });
    expect(await over(id)).toMatchObject({ status: 'completed', errorMessage: null });
    await expectEverythingOnce(system, id);
  });
});
