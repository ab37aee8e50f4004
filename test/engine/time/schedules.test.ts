import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Change } from '../../../entities/change-log.ts';
import { Signal } from '../../../entities/workflows/signal.ts';
import { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import { WorkflowSchedule } from '../../../entities/workflows/workflow-schedule.ts';
import { defineStage } from '../../../src/engine/define.ts';
import { receiveSignal } from '../../../src/engine/receive-signal.ts';
import { fireSchedule } from '../../../src/engine/time/fire-schedule.ts';
import { keepTime } from '../../../src/engine/time/keep-time.ts';
import {
  changeSchedule,
  createSchedule,
  removeSchedule,
  type ScheduleRequest,
} from '../../../src/engine/time/schedules.ts';
import { backends } from '../../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../../support/databases.ts';
import { type TestEngine, testEngine } from '../../support/engine.ts';

let fresh: FreshDatabases;
let system: TestEngine;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterEach(async () => {
  // or the timekeeper of the next test would fire it as well
  await db()((em) => em.nativeDelete(WorkflowSchedule, {}));
  await system.close();
});
afterAll(() => fresh.drop());

const asking = defineStage({
  name: 'asking',
  async run({ gate }) {
    await gate('q', { gate: 'requirements', accepts: ['requirements'], waitingOn: 'requirements' });
  },
});
const db = () => system.engine.databases.inOrganization(system.organizationId).workflows;
const start = (backend: 'PostgreSQL' | 'Redis' = 'PostgreSQL') => {
  system = testEngine(fresh, backend, { stages: [asking] });
  return system;
};
const add = (more: Partial<ScheduleRequest> = {}) =>
  createSchedule(
    system.engine,
    system.organizationId,
    {
      name: 'nightly',
      cron: '0 2 * * *',
      timeZone: 'Europe/Berlin',
      request: {
        repository: { owner: 'acme', name: 'widgets' },
        deadlineIn: '6h',
        options: { autoMerge: true },
      },
      requirements: '# Widgets',
      ...more,
    },
    'a test',
  );
const schedule = (id: string) => db()((em) => em.findOneOrFail(WorkflowSchedule, id));
/** Past MikroORM, which would count it as a change of version. */
const makeDue = async (id: string, at = new Date(Date.now() - 1_000)) => {
  await db()((em) => em.execute('update workflow_schedules set next_run_at = ? where id = ?', [at, id]));
  return at;
};
const workflows = () => db()((em) => em.find(WorkflowExecution, {}, { orderBy: { createdAt: 'asc' } }));

describe.each(backends())('on %s, a schedule whose time has come', (backend) => {
  test('puts in its workflow, which runs as any other', async () => {
    start(backend);
    system.work();
    const { id } = await add({
      request: { repository: { owner: 'acme', name: 'widgets' }, name: 'Night', deadlineIn: '6h' },
    });
    const at = await makeDue(id);
    for (const end = Date.now() + 15_000; (await workflows()).length === 0; await sleep(50)) {
      if (Date.now() > end) throw new Error('it is not put in');
    }
    const [workflow] = await workflows();
    expect((await system.until(workflow?.id as string, ['completed', 'failed'])).status).toBe('completed');
    expect(workflow).toMatchObject({
      name: 'Night',
      githubOwner: 'acme',
      createdBy: 'schedule nightly',
      idempotencyKey: `schedule/${id}/${at.toISOString()}`,
    });
    expect((workflow?.deadlineAt?.getTime() ?? 0) - (workflow?.createdAt.getTime() ?? 0)).toBeCloseTo(
      6 * 3_600_000,
      -4,
    );
    const [signal] = await db()((em) => em.find(Signal, {}));
    expect(signal?.payload).toEqual({ text: '# Widgets' });
    const after = await schedule(id);
    expect(after).toMatchObject({
      lastRunAt: at,
      lastWorkflowId: workflow?.id,
      lastProblem: null,
      version: 1,
    });
    expect(after.nextRunAt?.getTime()).toBeGreaterThan(Date.now());
  });
});

describe('a schedule', () => {
  test('fires once, however many workers see that it is due', async () => {
    const { engine, organizationId } = start();
    const { id } = await add();
    await makeDue(id);
    const due = { kind: 'schedule', id, organizationId } as const;
    await Promise.all(Array.from({ length: 8 }, () => fireSchedule(engine, due)));
    await Promise.all(Array.from({ length: 4 }, () => keepTime(engine)));
    expect(await workflows()).toHaveLength(1);
  });

  test('fires though a hundred others, due for longer, wait until their workflow of the time before is over', async () => {
    const { engine } = start();
    const { id } = await add({ name: 'waiting', overlap: 'queue' });
    const lastWorkflowId = await system.enqueue();
    await db()((em) =>
      em.execute(
        `insert into workflow_schedules (id, organization_id, name, cron, time_zone, request, overlap, created_by,
                                         next_run_at, last_workflow_id)
           select gen_random_uuid(), organization_id, name || n, cron, time_zone, request, overlap, created_by,
                  now() - interval '1 hour', ?
             from workflow_schedules, generate_series(1, 100) n where id = ?`,
        [lastWorkflowId, id],
      ),
    );
    const { id: next } = await add();
    await makeDue(next);
    expect(await keepTime(engine)).toBe(100);
    expect(await keepTime(engine)).toBe(100);
    expect((await schedule(next)).lastWorkflowId).toEqual(expect.any(String));
  });

  test('fires once, though the worker dies before it has committed, or right after', async () => {
    const { engine, organizationId } = start();
    const { id } = await add();
    const at = await makeDue(id);
    const due = { kind: 'schedule', id, organizationId } as const;
    // before: the transaction breaks when all is written
    const databases = {
      ...engine.databases,
      inOrganization: (organization: string) => {
        const inner = engine.databases.inOrganization(organization);
        const dies = <T>(work: (em: EntityManager) => Promise<T>): Promise<T> =>
          inner.workflows(async (em) => {
            await work(em);
            await em.flush();
            throw new Error('killed');
          });
        return { ...inner, workflows: Object.assign(dies, { inOneTrip: inner.workflows.inOneTrip }) };
      },
    };
    await expect(fireSchedule({ ...engine, databases }, due)).rejects.toThrow('killed');
    expect(await workflows()).toHaveLength(0);
    expect((await schedule(id)).nextRunAt).toEqual(at);
    // after: no job was added, which is the reconciler's to mend; the schedule has moved on
    const deaf = Object.assign(Object.create(engine.queues), {
      add: () => Promise.reject(new Error('killed')),
    });
    await fireSchedule({ ...engine, queues: deaf }, due);
    await fireSchedule(engine, due);
    expect(await workflows()).toHaveLength(1);
    // and where somebody turns the clock back, the key is known
    await makeDue(id, at);
    await changeSchedule(engine, organizationId, id, { overlap: 'allow' }, 'a test');
    await fireSchedule(engine, due);
    expect(await workflows()).toHaveLength(1);
    expect((await schedule(id)).lastWorkflowId).toBe((await workflows())[0]?.id);
  });

  test('answers for all times that were missed with one workflow, or with none where it says so', async () => {
    const { engine } = start();
    const long = new Date(Date.now() - 40 * 86_400_000);
    const once = await add();
    const never = await add({ name: 'never late', missed: 'skip' });
    await makeDue(once.id, long);
    await makeDue(never.id, long);
    await keepTime(engine);
    await keepTime(engine);
    expect((await workflows()).map(({ createdBy }) => createdBy)).toEqual(['schedule nightly']);
    const skipped = await schedule(never.id);
    expect(skipped.lastProblem).toMatch(/was passed over: no worker ran then/);
    expect(skipped.nextRunAt?.getTime()).toBeGreaterThan(Date.now());
  });

  test.each([
    ['skip', 1, /was passed over: workflow .* was not over\.$/],
    ['allow', 2, null],
    ['queue', 1, /waits until workflow .* is over\.$/],
  ] as const)('whose workflow of the time before is not over may %s', async (overlap, count, problem) => {
    const { engine } = start();
    const { id } = await add({ overlap });
    await makeDue(id);
    await keepTime(engine);
    const again = await makeDue(id, new Date(Date.now() - 500));
    await keepTime(engine);
    expect(await workflows()).toHaveLength(count);
    const now = await schedule(id);
    if (problem) expect(now.lastProblem).toMatch(problem);
    else expect(now.lastProblem).toBeNull();
    if (overlap !== 'queue') return expect(now.nextRunAt?.getTime()).toBeGreaterThan(Date.now());
    expect(now.nextRunAt).toEqual(again);
    await db()((em) => em.nativeUpdate(WorkflowExecution, {}, { status: 'cancelled' }));
    await keepTime(engine);
    expect(await workflows()).toHaveLength(2);
  });

  test('that is disabled never fires, and once enabled waits for its next time', async () => {
    const { engine, organizationId } = start();
    const { id } = await add({ enabled: false });
    expect((await schedule(id)).nextRunAt).toBeNull();
    await makeDue(id);
    await keepTime(engine);
    await fireSchedule(engine, { kind: 'schedule', id, organizationId });
    expect(await workflows()).toHaveLength(0);
    const enabled = await changeSchedule(engine, organizationId, id, { enabled: true }, 'a test');
    expect(enabled.nextRunAt?.getTime()).toBeGreaterThan(Date.now());
  });

  test('says what is wrong where its workflow is refused, and goes on with the next time', async () => {
    const { engine } = start();
    const { id } = await add();
    await db()((em) =>
      em.nativeUpdate(
        WorkflowSchedule,
        { id },
        {
          request: { repository: { owner: 'acme', name: 'widgets' }, template: 'archived' },
        },
      ),
    );
    await makeDue(id);
    await keepTime(engine);
    const after = await schedule(id);
    expect(after.lastProblem).toMatch(/^There is no workflow template "archived"/);
    expect(after.nextRunAt?.getTime()).toBeGreaterThan(Date.now());
  });

  test('whose workflow somebody else must approve lets neither who made it nor who changed what it asks for do so', async () => {
    const deciding = defineStage({
      name: 'deciding',
      async run({ gate }) {
        await gate('q', { gate: 'plan', accepts: ['approve', 'reject'], waitingOn: 'plan approval' });
      },
    });
    system = testEngine(fresh, 'PostgreSQL', { stages: [deciding] });
    const { engine, organizationId } = system;
    const request = { repository: { owner: 'acme', name: 'widgets' }, options: { selfApproval: false } };
    const { id } = await add({ request });
    await changeSchedule(engine, organizationId, id, { requirements: '# Others' }, 'an editor');
    await changeSchedule(engine, organizationId, id, { overlap: 'allow' }, 'a planner');
    await makeDue(id);
    await fireSchedule(engine, { kind: 'schedule', id, organizationId });
    const [workflow] = (await workflows()) as [WorkflowExecution];
    // what becomes of the schedule makes no difference
    await removeSchedule(engine, organizationId, id);
    system.work();
    await system.untilAsked(workflow.id);
    const approve = (actor: string) =>
      receiveSignal(engine, { organizationId, workflowId: workflow.id, type: 'approve', actor });
    for (const actor of ['a test', 'an editor']) {
      await expect(approve(actor)).rejects.toThrow(`"${actor}" had a schedule put this workflow in`);
    }
    await approve('a planner');
    expect((await system.until(workflow.id, ['completed', 'failed'])).status).toBe('completed');
  });

  test('leaves to the audit log what people change, not that its times come', async () => {
    const { engine, organizationId } = start();
    const { id } = await add();
    await makeDue(id);
    await keepTime(engine);
    await changeSchedule(engine, organizationId, id, { requirements: '# Secret plans' }, 'a test');
    const changes = await db()((em) => em.find(Change, { tableName: 'workflow_schedules' }));
    expect(changes.map((change) => change.operation)).toEqual(['inserted', 'updated']);
    expect(JSON.stringify(changes)).not.toContain('Secret plans');
  });
});
