import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AgentRunSpending } from '../../entities/workflows/agent-run-spending.ts';
import { catalogue } from '../../jobs/workflow.ts';
import { demoScript } from '../../src/sandbox/codegen/demo-script.ts';
import type { AgentScript } from '../../src/sandbox/codegen/scripted-agent.ts';
import { automatic, lifecycle, oneFile } from '../support/lifecycle.ts';
import { expectEverythingOnce } from '../support/once.ts';

const { start, send, over } = lifecycle();

test('a stage that takes too long has its agents stopped, and another attempt begins them anew', async () => {
  const impatient = catalogue.stages.map((stage) =>
    stage.name === 'task_execution' ? { ...stage, timeout: '20s' as const } : stage,
  );
  let isStuck = true;
  const script: AgentScript = async (task) => {
    if (task.kind !== 'step' || !isStuck) return demoScript(task);
    await sleep(120_000, undefined, { signal: task.signal });
    return { result: 'too late' };
  };
  const system = await start('PostgreSQL', {
    codegen: { script },
    catalogue: { ...catalogue, stages: impatient },
  });
  const { enqueue, sandbox, engine, organizationId } = system;
  const id = await enqueue({ requirements: oneFile, options: automatic });
  const failed = await over(id);
  expect(failed.errorMessage).toMatch(
    /^The stage task_execution took longer than the 20 s it has; it waited on await-agent-run\b/,
  );
  const statuses = () => sandbox.codegen.runs().map(({ status }) => status);
  for (const end = Date.now() + 20_000; statuses().includes('ACTIVE') && Date.now() < end; ) await sleep(50);
  expect(statuses()).toEqual(['COMPLETE', 'CANCELLED']);
  const open = () =>
    engine.databases
      .inOrganization(organizationId)
      .workflows((em) => em.count(AgentRunSpending, { workflowExecutionId: id, endedAt: null }));
  // what was spent on it is settled, too
  for (const end = Date.now() + 10_000; (await open()) > 0 && Date.now() < end; ) await sleep(50);
  expect(await open()).toBe(0);

  isStuck = false;
  await send(id, 'retry');
  expect(await over(id)).toMatchObject({ status: 'completed', errorMessage: null, attempt: 2 });
  expect(statuses().filter((status) => status === 'CANCELLED')).toHaveLength(1);
  await expectEverythingOnce(system, id);
}, 180_000);
