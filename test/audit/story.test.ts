import { afterAll, beforeAll, expect, test } from 'vitest';
import { AuditEntry } from '../../entities/events/audit-entry.ts';
import { type TestApi, testApi } from '../http/api.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestSystem, testSystem } from '../support/system.ts';
import { verify } from './entries.ts';

let fresh: FreshDatabases;
let system: TestSystem;
let api: TestApi;
beforeAll(async () => {
  fresh = await freshDatabases();
  system = await testSystem(fresh, backends()[0] as 'PostgreSQL');
  api = await testApi(system);
});
afterAll(async () => {
  await api?.close();
  await system?.close();
  await fresh?.drop();
});

test('a workflow leaves its whole story in the audit log: who asked, who approved, what was done outside', async () => {
  system.work();
  const { owner, name } = system.repository;
  const asked = await api.send('POST', '/v1/workflows', {
    body: { repository: `${owner}/${name}`, requirements: 'Add a greeting to the page.' },
    headers: { 'x-request-id': 'asked-1' },
  });
  const id = asked.body.id as string;
  for (let n = 1; ; n++) {
    const { status } = await system.untilAsked(id, 120_000);
    if (status === 'completed' || status === 'failed') break;
    await api.send('POST', `/v1/workflows/${id}/signals`, {
      body: { type: 'approve', reason: `fine ${n}` },
      headers: { 'x-request-id': `approved-${n}` },
    });
  }
  await system.until(id, ['completed'], 60_000);
  const { engine, organizationId } = system;
  const db = engine.databases.inOrganization(organizationId);
  const read = () => db.events((em) => em.find(AuditEntry, {}, { orderBy: { sequence: 'asc' } }));
  await expect
    .poll(async () => (await read()).some((one) => one.action === 'workflow.completed'), { timeout: 20_000 })
    .toBe(true);
  const log = await read();
  const of = (action: string) => log.filter((one) => one.action === action);

  expect(of('workflow.queued')).toMatchObject([
    { actorKind: 'key', actorName: 'ci', requestId: 'asked-1', subjectId: id, after: { status: 'queued' } },
  ]);
  const approvals = of('signal.received');
  expect(approvals.length).toBeGreaterThanOrEqual(2);
  expect(approvals).toMatchObject(
    approvals.map((_, index) => ({
      actorKind: 'key',
      actorName: 'ci',
      requestId: `approved-${index + 1}`,
      reason: `fine ${index + 1}`,
      before: { status: 'waiting' },
      after: { type: 'approve', status: 'running', workflowId: id },
    })),
  );
  expect(approvals[0]?.actorId).toMatch(/^[\da-f-]{36}$/);
  expect(of('stage.completed').map((one) => one.actorName)).toEqual(Array(8).fill('test worker'));
  expect(of('stage.completed')[0]).toMatchObject({
    actorKind: 'worker',
    requestId: null,
    before: { status: 'running' },
    after: { status: 'completed', stage: 'project_selection' },
  });
  const merges = of('operation.succeeded').filter((one) => one.after?.operation === 'merge-pull-request');
  expect(merges.length).toBeGreaterThan(0);
  expect(merges[0]).toMatchObject({
    subjectType: 'workflows.github_operations',
    after: { status: 'succeeded' },
  });
  // the plan's row in task_db, by the worker, on the word of the key
  await expect
    .poll(
      async () =>
        (await read()).filter((one) => one.subjectType === 'task.requirement_decompositions').at(-1),
      {
        timeout: 20_000,
      },
    )
    .toBeTruthy();
  const decided = (await read()).find((one) => one.after?.status === 'approved');
  expect(decided).toMatchObject({ actorKind: 'worker', after: { decided_by: 'ci' } });
  expect(await verify(engine.databases, organizationId)).toMatchObject({ faults: [] });
}, 180_000);
