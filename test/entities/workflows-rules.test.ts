import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { workflowRows } from './workflow-rows.ts';

let fresh: FreshDatabases;
let databases: Databases;
beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

test('an idempotency key is one per organisation; workflows without one are as many as one likes', async () => {
  const [one, other] = [workflowRows(databases), workflowRows(databases)];
  await one.workflow({ idempotency_key: 'k' });
  await expect(one.workflow({ idempotency_key: 'k' })).rejects.toThrow(/idempotency_key/);
  await other.workflow({ idempotency_key: 'k' });
  for (const _ of [1, 2]) await one.workflow();
});

test('a stage has one row and one place in its workflow, a step one row in its stage, an effect one in the ledger', async () => {
  const { workflow, stage, step, operation } = workflowRows(databases);
  const id = await workflow();
  const first = await stage(id, 'first', 1);
  await expect(stage(id, 'first', 2)).rejects.toThrow(/unique/);
  await expect(stage(id, 'second', 1)).rejects.toThrow(/unique/);
  const item = { item_id: randomUUID() };
  await step(id, first, 1, item);
  await expect(step(id, first, 2, item)).rejects.toThrow(/unique/);
  await step(id, first, 2, { ...item, function: 'validate-pull-request' });
  await operation('linear_operations', id, first, 'main');
  await expect(operation('linear_operations', id, first, 'main')).rejects.toThrow(/unique/);
  await operation('github_operations', id, first, 'main');
});

test('numbers that count from 1 do, limits are more than nothing, and nobody fails less than never', async () => {
  const { workflow, stage, step, operation } = workflowRows(databases);
  const id = await workflow();
  const first = await stage(id, 'first', 1);
  await expect(stage(id, 'second', 0)).rejects.toThrow(/stage_order_check/);
  await expect(stage(id, 'second', 2, { timeout_ms: 0 })).rejects.toThrow(/timeout_ms_check/);
  await expect(step(id, first, 0)).rejects.toThrow(/position_check/);
  await expect(step(id, first, 1, { max_parallel: 0 })).rejects.toThrow(/max_parallel_check/);
  await expect(operation('codegen_operations', id, first, 'x', { attempts: -1 })).rejects.toThrow(
    /attempts_check/,
  );
});

test('a duration is worked out from start and end, and cannot be made up', async () => {
  const { workflow, query } = workflowRows(databases);
  const id = await workflow({ started_at: '2026-01-01T00:00:00Z' });
  const duration = async () =>
    (
      await query<{ ms: string | null }>('select duration_ms as ms from workflow_executions where id = ?', [
        id,
      ])
    )[0]?.ms;
  expect(await duration()).toBeNull();
  await query(`update workflow_executions set completed_at = '2026-03-01T00:00:00.123Z' where id = ?`, [id]);
  expect(Number(await duration())).toBe(59 * 24 * 3_600_000 + 123);
  await expect(workflow({ duration_ms: 1 })).rejects.toThrow(/non-DEFAULT/);
});

test('a workflow is made from a template of its own organisation, which then stays', async () => {
  const [one, other] = [workflowRows(databases), workflowRows(databases)];
  const template = await one.add('workflow_templates', {
    name: 'Ours',
    revision: 1,
    stages: '[{"name": "first"}]',
    created_by: 'a test',
  });
  await expect(other.workflow({ workflow_template_id: template })).rejects.toThrow(/in this organisation/);
  await one.workflow({ workflow_template_id: template });
  await expect(one.query('delete from workflow_templates')).rejects.toThrow(/foreign key/);
});

test.each(['workflows', 'projects'] as const)('every foreign key of %s has an index', async (name) => {
  const missing = await databases.maintenance[name]((em) =>
    em.execute(
      `select conrelid::regclass::text as "table", conname from pg_constraint c
        where contype = 'f' and connamespace = 'public'::regnamespace and not exists (
          select from pg_index i where i.indrelid = c.conrelid and i.indpred is null and i.indkey[0] = c.conkey[1])`,
    ),
  );
  expect(missing).toEqual([]);
});
