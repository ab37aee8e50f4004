import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type WorkflowRows, workflowRows } from './workflow-rows.ts';

let fresh: FreshDatabases;
let databases: Databases;
let rows: WorkflowRows;
beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
  rows = workflowRows(databases);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

const stage = async (status: string) => rows.stage(await rows.workflow(), 'first', 1, { status });

const step = async (status: string) => {
  const workflow = await rows.workflow();
  return rows.step(workflow, await rows.stage(workflow, 'first', 1), 1, { status });
};

const operation =
  (table: 'github_operations' | 'linear_operations' | 'codegen_operations') => async (status: string) => {
    const workflow = await rows.workflow();
    return rows.operation(table, workflow, await rows.stage(workflow, 'first', 1), 'x', { status });
  };

const operations = `
  intended  → running cancelled
  running   → intended succeeded failed unknown cancelled
  unknown   → running cancelled
  failed    → intended unknown
  cancelled → intended unknown
  succeeded →`;

describe.each([
  [
    'workflow_executions',
    (status: string) => rows.workflow({ status }),
    `
  queued    → running waiting paused completed failed cancelled
  running   → waiting paused completed failed cancelled
  waiting   → running paused completed failed cancelled
  paused    → queued running waiting completed failed cancelled
  failed    → queued running cancelled
  completed →
  cancelled →`,
  ],
  [
    'workflow_stage_executions',
    stage,
    `
  pending   → queued skipped cancelled
  queued    → running waiting completed failed cancelled
  running   → queued waiting completed failed cancelled
  waiting   → queued running completed failed cancelled
  failed    → queued
  completed →
  skipped   →
  cancelled →`,
  ],
  [
    'workflow_step_executions',
    step,
    `
  pending   → queued skipped cancelled
  queued    → running waiting completed failed cancelled
  running   → queued waiting completed failed cancelled
  waiting   → queued running completed failed cancelled
  failed    → pending queued
  skipped   → pending
  completed →
  cancelled →`,
  ],
  ['github_operations', operation('github_operations'), operations],
  ['linear_operations', operation('linear_operations'), operations],
  ['codegen_operations', operation('codegen_operations'), operations],
] as const)('of %s', (table, make, drawing) => {
  const next = new Map(
    drawing
      .trim()
      .split('\n')
      .map((line) => line.split('→').map((side) => side.trim()))
      .map(([from = '', to = '']) => [from, to.split(' ').filter(Boolean)]),
  );
  const states = [...next.keys()];
  const pairs = states.flatMap((from) => states.map((to) => [from, to] as const));
  const allowed = (from: string, to: string) => from === to || !!next.get(from)?.includes(to);
  const upsert = async (id: string, to: string) => {
    const [{ columns } = { columns: '' }] = await rows.query<{ columns: string }>(
      `select string_agg(quote_ident(attname), ', ') as columns from pg_attribute
        where attrelid = ?::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
      [table],
    );
    return rows.query(
      `insert into ${table} (${columns}) select ${columns} from ${table} where id = ?
         on conflict (id) do update set status = ?`,
      [id, to],
    );
  };
  const move = (id: string, to: string) =>
    rows.query(`update ${table} set status = ? where id = ?`, [to, id]);

  test('every state may be followed by those that are drawn, and by no other', async () => {
    for (const [from, to] of pairs) {
      const moving = move(await make(from), to);
      if (allowed(from, to)) await moving;
      else await expect(moving, `${from} → ${to}`).rejects.toThrow(`${to} does not follow ${from}`);
    }
  });

  test('no sequence of updates, nor an upsert, gets a row where its history does not lead', async () => {
    const anyState = fc.constantFrom(...states);
    await fc.assert(
      fc.asyncProperty(
        anyState,
        fc.array(fc.tuple(anyState, fc.boolean()), { maxLength: 6 }),
        async (first, moves) => {
          const id = await make(first);
          let now = first;
          for (const [to, asUpsert] of moves) {
            const moving = asUpsert ? upsert(id, to) : move(id, to);
            const moved = await moving.then(
              () => true,
              () => false,
            );
            expect(moved, `${now} → ${to}`).toBe(allowed(now, to));
            if (moved) now = to;
          }
          const [row] = await rows.query<{ status: string }>(`select status from ${table} where id = ?`, [
            id,
          ]);
          expect(row?.status).toBe(now);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('a state that does not exist is refused', async () => {
    await expect(move(await make(states[0] ?? ''), 'done')).rejects.toThrow();
    await expect(make('done')).rejects.toThrow(/check/);
  });
});
