import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { takeBackActions } from '../../src/engine/control/take-back.ts';
import { receiveSignal } from '../../src/engine/receive-signal.ts';
import { cancellationPreview } from '../../src/http/cancellation-preview.ts';
import { demoScript } from '../../src/sandbox/codegen/demo-script.ts';
import type { AgentScript } from '../../src/sandbox/codegen/scripted-agent.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestSystem, type TestSystemOptions, testSystem } from '../support/system.ts';

const requirements = `# Two files

- Add greeting/hello.md that greets the reader.
- Add greeting/index.md that links to hello.md.
`;

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

let system: TestSystem;
afterEach(() => system.close());
const start = async (backend: 'PostgreSQL' | 'Redis', options?: TestSystemOptions) => {
  system = await testSystem(fresh, backend, options);
  system.work();
  return system;
};
const cancel = (id: string, payload: object) =>
  receiveSignal(system.engine, {
    organizationId: system.organizationId,
    workflowId: id,
    type: 'cancel',
    actor: 'Ada',
    payload: { ...payload },
  });
/** What is left open on the servers. */
const left = async () => {
  const { sandbox, repository } = system;
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
const atMergeGate = async () => {
  const id = await system.enqueue({ requirements, options: { autoConfirmPlan: true } });
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
      await start(backend);
      const id = await atMergeGate();
      const { engine, organizationId } = system;
      const db = engine.databases.inOrganization(organizationId);
      const preview = await cancellationPreview(db, engine.catalogue, id, policy);
      const named = (kind: string, action: (typeof takeBackActions)[number]) =>
        preview.touches.filter((one) => one.kind === kind && one.action === action).map(({ name }) => name);
      expect(named('pull-request', policy.pullRequests)).toEqual(['#3']);
      expect(named('issue', policy.issues).sort()).toEqual(['ENG-1', 'ENG-2', 'ENG-3']);
      expect(named('branch', 'delete')).toHaveLength(3 - expected.branches);
      expect(named('branch', 'keep')).toHaveLength(expected.branches);

      await cancel(id, policy);
      const row = await system.until(id, ['cancelled', 'failed'], 60_000);
      expect(row).toMatchObject({ status: 'cancelled', errorMessage: null });
      expect(await left()).toEqual({ ...expected, activeRuns: 0 });
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
  const { enqueue, sandbox } = await start('PostgreSQL', { codegen: { script } });
  const independent = '# Two files\n\n- Add `a.md`, after nothing.\n- Add `b.md`.\n';
  const id = await enqueue({ requirements: independent, options: { autoConfirmPlan: true } });
  const deadline = Date.now() + 60_000;
  while (working < 1 && Date.now() < deadline) await sleep(20);
  // the answer to the start of another agent is lost: the ledger does not know that it runs
  sandbox.codegen.faults.add({ method: 'POST', path: /\/agent\/run$/, kind: 'drop-reply', times: 1 });
  await cancel(id, { pullRequests: 'close', branches: 'delete', issues: 'close' });
  expect((await system.until(id, ['cancelled', 'failed'], 60_000)).status).toBe('cancelled');
  expect(await left()).toMatchObject({ branches: 0, openIssues: 0, activeRuns: 0 });
  expect(sandbox.codegen.runs().map(({ status }) => status)).toContain('CANCELLED');
}, 120_000);

test('a command agent at work is killed', async () => {
  const environment = {
    AGENT: 'command',
    AGENT_COMMAND:
      'grep -q "gsw-task: decompose" "$GSW_PROMPT_FILE" && echo \'{"title":"T","summary":"S","steps":[{"name":"a","description":"a","acceptance_criteria":["a"],"files":["a.md"],"effort_hours":1,"complexity":1}]}\' || sleep 300',
  };
  const { enqueue, engine, organizationId } = await start('PostgreSQL', { environment });
  const id = await enqueue({ requirements, options: { autoConfirmPlan: true } });
  const { CodegenOperation } = await import('../../entities/workflows/operation.ts');
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
  const deadline = Date.now() + 60_000;
  while ((await waits()) === 0 && Date.now() < deadline) await sleep(50);
  const start_ = await db.workflows((em) =>
    em.findOneOrFail(CodegenOperation, {
      workflowExecutionId: id,
      scope: { $like: 'execute-step/%' },
      operationType: 'start-agent-run',
    }),
  );
  const { runId } = start_.output as { runId: string };
  const agent = engine.servicesOf(organizationId).agent;
  expect((await agent.get(runId)).state).toBe('running');
  await cancel(id, { pullRequests: 'close', branches: 'delete', issues: 'close' });
  expect((await system.until(id, ['cancelled', 'failed'], 60_000)).status).toBe('cancelled');
  expect((await agent.get(runId)).state).toBe('cancelled');
}, 120_000);
