import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { finishWithCare } from '../../src/engine/advance.ts';
import { defineStage } from '../../src/engine/define.ts';
import { finishAtOnce } from '../../src/engine/finish-at-once.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';

let fresh: FreshDatabases;
let system: TestEngine;
beforeAll(async () => {
  fresh = await freshDatabases();
  const nothing = async () => {};
  system = testEngine(fresh, 'PostgreSQL', {
    stages: ['first_stage', 'last_stage'].map((name) => defineStage({ name, run: nothing })),
  });
});
afterAll(async () => {
  await system?.close();
  await fresh?.drop();
});

/** A workflow's rows, without what differs from one to the next: ids and times. */
async function rowsOf(id: string): Promise<unknown> {
  const stages = await system.stages(id);
  const workflow = await system.workflow(id);
  const db = system.engine.databases.inOrganization(system.organizationId);
  const told = await db.workflows((em) =>
    em.find(OutboxEntry, { workflowExecutionId: id }, { orderBy: { sequence: 'asc' } }),
  );
  const names = new Map([[id, 'the workflow'], ...stages.map((row) => [row.id, row.stage] as const)]);
  const plain = (value: unknown, key?: string): unknown => {
    if (value instanceof Date) return 'a time';
    if (key === 'durationMs' && typeof value === 'number') return 'a duration';
    if (typeof value === 'string') return names.get(value) ?? value;
    if (Array.isArray(value)) return value.map((inner) => plain(inner));
    if (value === null || typeof value !== 'object') return value;
    const entries = Object.entries(value).filter(([name]) => !(name === 'id' || name === 'sequence'));
    return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner, name)]));
  };
  return plain(JSON.parse(JSON.stringify({ workflow, stages, told }), (_, value) => reviveDate(value)));
}

const reviveDate = (value: unknown) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value) : value;

async function ending(id: string, place: number) {
  const row = (await system.stages(id))[place];
  if (!row) throw new Error('no such stage');
  const { organizationId } = system;
  const entry = { mark: randomUUID(), seen: row.entry ?? null };
  const holder = {
    kind: 'stage' as const,
    id: row.id,
    incarnation: row.incarnation,
    entry,
    workflowId: id,
    since: new Date(),
  };
  const job = { organizationId, workflowId: id, rowId: row.id, incarnation: row.incarnation, entry };
  return { job, ended: { organizationId, stage: row.stage, holder, isLast: place === 1 } };
}

test('the end of stages at once leaves the same rows as the long way', async () => {
  const [swift, careful] = [await system.enqueue(), await system.enqueue()];
  for (const place of [0, 1]) {
    const one = await ending(swift, place);
    const next = await finishAtOnce(system.engine, one.ended);
    const other = await ending(careful, place);
    const nextWithCare = await finishWithCare(system.engine, other.job, other.ended.holder);
    expect(next?.stage).toBe(nextWithCare?.stage);
    expect(next === null).toBe(place === 1);
    expect(await rowsOf(swift)).toEqual(await rowsOf(careful));
  }
  expect((await system.workflow(swift)).status).toBe('completed');
});

test('what is not plain is left to the long way: another incarnation, a workflow that is over or paused', async () => {
  const id = await system.enqueue();
  const { ended } = await ending(id, 0);
  const before = await rowsOf(id);
  const outdated = { ...ended, holder: { ...ended.holder, incarnation: 7 } };
  expect(await finishAtOnce(system.engine, outdated)).toBeUndefined();
  expect(await rowsOf(id)).toEqual(before);
  const db = system.engine.databases.inOrganization(system.organizationId);
  for (const status of ['paused', 'cancelled'] as const) {
    await db.workflows((em) => em.nativeUpdate(WorkflowExecution, { id }, { status }));
    expect(await finishAtOnce(system.engine, ended)).toBeUndefined();
  }
  expect((await system.stages(id)).map((stage) => stage.status)).toEqual(['queued', 'pending']);
});

test('jobs that end at the same moment each get their own next stage', async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, () => system.enqueue()));
  const endings = await Promise.all(ids.map((id) => ending(id, 0)));
  const next = await Promise.all(endings.map(({ ended }) => finishAtOnce(system.engine, ended)));
  expect(next.map((stage) => stage?.workflowExecutionId)).toEqual(ids);
  expect(new Set(next.map((stage) => stage?.stage))).toEqual(new Set(['last_stage']));
});
