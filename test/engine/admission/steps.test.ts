/** A limit for the steps of all workflows of an organisation together. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OrganizationLimits } from '../../../entities/workflows/organization-limits.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import { defineStage, defineStep, type StepItem } from '../../../src/engine/define.ts';
import { deriveId } from '../../../src/engine/derive.ts';
import { backends } from '../../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../../support/databases.ts';
import { type TestEngine, testEngine } from '../../support/engine.ts';

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh?.drop());

const stepsEach = 5;
const limit = 2;

describe.each(backends())('a limit for steps on %s', (backend) => {
  let engine: TestEngine;
  afterEach(() => engine?.close());

  it('holds over all workflows, and lets all of them come to their end', async () => {
    const running = { now: 0, most: 0 };
    const finished: string[] = [];
    const doItem = defineStep({
      name: 'do-item',
      async run({ workflow }) {
        running.now += 1;
        running.most = Math.max(running.most, running.now);
        await sleep(300);
        running.now -= 1;
        finished.push(workflow.id);
      },
    });
    const runsSteps = defineStage({
      name: 'runs_steps',
      async run({ workflow, runSteps }) {
        const items: StepItem[] = Array.from({ length: stepsEach }, (_, index) => ({
          id: deriveId(workflow.id, String(index)),
          title: `item ${index}`,
          dependsOn: [],
        }));
        await runSteps(doItem, items, stepsEach);
      },
    });
    engine = testEngine(fresh, backend, { stages: [runsSteps], steps: [doItem] });
    const { organizationId } = engine;
    const db = engine.engine.databases.inOrganization(organizationId);
    await db.workflows((em) =>
      em.insert(OrganizationLimits, { id: randomUUID(), organizationId, maxRunningSteps: limit }),
    );
    engine.work();
    const first = await engine.enqueue();
    while (running.now === 0) await sleep(10);
    const second = await engine.enqueue();
    await engine.until(first, ['completed'], 60_000);
    await engine.until(second, ['completed'], 60_000);
    expect(running.most).toBeLessThanOrEqual(limit);
    expect(await db.workflows((em) => em.count(WorkflowStepExecution, { status: 'completed' }))).toBe(
      2 * stepsEach,
    );
    expect(finished).toHaveLength(2 * stepsEach);
  }, 150_000);
});
