import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { CodegenOperation } from '../../entities/workflows/operation.ts';
import type { takeBackActions } from '../../src/engine/control/take-back.ts';
import { cancellationPreview } from '../../src/http/cancellation-preview.ts';
import { demoScript } from '../../src/sandbox/codegen/demo-script.ts';
import type { AgentScript } from '../../src/sandbox/codegen/scripted-agent.ts';
import { backends } from '../support/backends.ts';
import { lifecycle, oneFile, twoFiles } from '../support/lifecycle.ts';
import type { TestSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const { start, send, over } = lifecycle();

/** What is left open on the servers. */
const left = async ({ sandbox, repository }: TestSystem) => {
  const pulls = await sandbox.github.pullRequests(repository);
  const branches = Object.keys(await sandbox.github.branches(repository));
  const issues = sandbox.linear.issues();
  return {
    openPulls: pulls.filter(({ state }) => state === 'open').map(({ number }) => number),
    branches: branches.filter((name) => name !== 'main').length,
    openIssues: issues.filter(({ stateType, trashed }) => stateType !== 'canceled' && !trashed).length,
    trashed: issues.filter(({ trashed }) => trashed).length,
    activeRuns: sandbox.codegen.runs().filter(({ status }) => status === 'ACTIVE').length,
  };
};

/** Steps 1 and 2 are merged into the development branch; the final pull request, #3, waits for approval. */
const atMergeGate = async (system: TestSystem) => {
  const id = await system.enqueue({ requirements: twoFiles, options: { autoConfirmPlan: true } });
  expect((await system.untilAsked(id, 90_000)).waitingOn).toMatch(/^merge approval of pull request #3/);
  return id;
};

describe.each(backends())('on %s, a workflow that is cancelled at the merge gate', (backend) => {
  test.each([
    [
      { pullRequests: 'keep', branches: 'keep', issues: 'keep' },
      { openPulls: [3], branches: 3, openIssues: 3, trashed: 0 },
    ],
    [
      { pullRequests: 'close', branches: 'keep', issues: 'close' },
      { openPulls: [], branches: 3, openIssues: 0, trashed: 0 },
    ],
    [
      { pullRequests: 'close', branches: 'delete', issues: 'delete' },
      { openPulls: [], branches: 0, openIssues: 0, trashed: 3 },
    ],
    // the development branch stays: pull request #3 needs it
    [
      { pullRequests: 'keep', branches: 'delete', issues: 'keep' },
      { openPulls: [3], branches: 1, openIssues: 3, trashed: 0 },
    ],
  ] as const)(
    'by the policy %j leaves %j, as the preview said',
    async (policy, expected) => {
      const system = await start(backend);
      const id = await atMergeGate(system);
      const { engine, organizationId } = system;
      const db = engine.databases.inOrganization(organizationId);
      const preview = await cancellationPreview(db, engine.catalogue, id, policy);
      const named = (kind: string, action: (typeof takeBackActions)[number]) =>
        preview.touches.filter((one) => one.kind === kind && one.action === action).map(({ name }) => name);
      expect(named('pull-request', policy.pullRequests)).toEqual(['#3']);
      expect(named('issue', policy.issues).sort()).toEqual(['ENG-1', 'ENG-2', 'ENG-3']);
      expect(named('branch', 'delete')).toHaveLength(3 - expected.branches);
      expect(named('branch', 'keep')).toHaveLength(expected.branches);

      await send(id, 'cancel', policy);
      const row = await over(id);
      expect(row).toMatchObject({ status: 'cancelled', errorMessage: null });
      expect(await left(system)).toEqual({ ...expected, activeRuns: 0 });
    },
    120_000,
  );
});

test('a workflow whose agents are at work has them stopped, also the one whose start was just being answered', async () => {
  let working = 0;
  const script: AgentScript = async (task) => {
    if (task.kind !== 'step') return demoScript(task);
    working += 1;
    await sleep(60_000, undefined, { signal: task.signal });
    return { result: 'too late' };
  };
  const system = await start('PostgreSQL', { codegen: { script } });
  const { enqueue, sandbox } = system;
  const independent = '# Two files\n\n- Add `a.md`, after nothing.\n- Add `b.md`.\n';
  const id = await enqueue({ requirements: independent, options: { autoConfirmPlan: true } });
  await until(() => working > 0, 60_000);
  // the answer to the start of another agent is lost: the ledger does not know that it runs
  sandbox.codegen.faults.add({ method: 'POST', path: /\/agent\/run$/, kind: 'drop-reply', times: 1 });
  await send(id, 'cancel', { pullRequests: 'close', branches: 'delete', issues: 'close' });
  expect((await over(id)).status).toBe('cancelled');
  expect(await left(system)).toMatchObject({ branches: 0, openIssues: 0, activeRuns: 0 });
  expect(sandbox.codegen.runs().map(({ status }) => status)).toContain('CANCELLED');
}, 120_000);

test('a command agent at work is killed', async () => {
  const environment = {
    AGENT: 'command',
    AGENT_COMMAND:
      'grep -q "gsw-task: decompose" "$GSW_PROMPT_FILE" && echo \'{"title":"T","summary":"S","steps":[{"name":"a","description":"a","acceptance_criteria":["a"],"files":["a.md"],"effort_hours":1,"complexity":1}]}\' || sleep 300',
  };
  const { enqueue, engine, organizationId } = await start('PostgreSQL', { environment });
  const id = await enqueue({ requirements: oneFile, options: { autoConfirmPlan: true } });
  const db = engine.databases.inOrganization(organizationId);
  const waits = () =>
    db.workflows((em) =>
      em.count(CodegenOperation, {
        workflowExecutionId: id,
        scope: { $like: 'execute-step/%' },
        operationType: 'await-agent-run',
        status: 'intended',
        waitingOn: { $ne: null },
      }),
    );
  await until(waits, 60_000);
  const started = await db.workflows((em) =>
    em.findOneOrFail(CodegenOperation, {
      workflowExecutionId: id,
      scope: { $like: 'execute-step/%' },
      operationType: 'start-agent-run',
    }),
  );
  const { runId } = started.output as { runId: string };
  const agent = engine.servicesOf(organizationId).agent;
  expect((await agent.get(runId)).state).toBe('running');
  await send(id, 'cancel', { pullRequests: 'close', branches: 'delete', issues: 'close' });
  expect((await over(id)).status).toBe('cancelled');
  expect((await agent.get(runId)).state).toBe('cancelled');
}, 120_000);
