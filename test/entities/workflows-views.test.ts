import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type WorkflowRows, workflowRows } from './workflow-rows.ts';

let fresh: FreshDatabases;
let databases: Databases;
let rows: WorkflowRows;
/** Two workflows with two of everything each, and the same in another organisation. */
let workflows: string[];
beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
  rows = workflowRows(databases);
  workflows = await fill(rows);
  await fill(workflowRows(databases));
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

/** Ended this long after 10 o'clock, when it began. */
const took = (ms: number) => ({
  started_at: '2026-11-01T10:00:00Z',
  completed_at: new Date(Date.parse('2026-11-01T10:00:00Z') + ms).toISOString(),
});

async function fill(to: WorkflowRows): Promise<string[]> {
  const template = await to.add('workflow_templates', {
    name: 'Two stages',
    revision: 1,
    stages: '[{"name": "first"}, {"name": "second"}]',
    created_by: 'a test',
  });
  const ids: string[] = [];
  for (const issue of ['ENG-1', 'ENG-2']) {
    const workflow = await to.workflow({
      status: 'waiting',
      current_stage: 'second',
      linear_main_issue_key: issue,
      workflow_template_id: template,
    });
    ids.push(workflow);
    const first = await to.stage(workflow, 'first', 1, { status: 'completed', ...took(2_000) });
    const second = await to.stage(workflow, 'second', 2, {
      status: 'waiting',
      waiting_on: 'plan approval',
      waiting_since: '2026-11-01T11:00:00Z',
      open_gate: 'plan',
      started_at: '2026-11-01T10:30:00Z',
      timeout_ms: 60_000,
      times_out_at: '2026-11-01T10:31:00Z',
    });
    // of an attempt that did not come as far
    await to.stage(workflow, 'second', 2, { status: 'cancelled', superseded_at: '2026-11-01T10:00:00Z' });
    for (const position of [1, 2]) await to.step(workflow, first, position, { status: 'completed' });
    for (const position of [3, 4]) await to.step(workflow, second, position, { status: 'failed' });
    for (const table of ['github_operations', 'linear_operations', 'codegen_operations'] as const) {
      await to.operation(table, workflow, first, 'one', {
        status: 'succeeded',
        attempts: 1,
        adopted: true,
        ...took(100),
      });
      await to.operation(table, workflow, first, 'two', { status: 'failed', attempts: 2, ...took(900) });
    }
    for (const round of [1, 2]) {
      await to.add('workflow_validations', {
        workflow_execution_id: workflow,
        validation_type: 'pull-request',
        step_id: randomUUID(),
        pull_request_number: round,
        head_sha: 'a'.repeat(40),
        round,
        passed: round === 2,
        score: round * 40,
        structural_score: 80,
        findings: '[]',
        summary: '',
      });
      await to.add('workflow_metrics', {
        workflow_execution_id: workflow,
        metric_name: `figure ${round}`,
        metric_value: 1,
        metric_unit: 'count',
      });
    }
  }
  return ids;
}

const all = (view: string, order: string) =>
  rows.query(`select * from ${view} order by ${order}`).then((found) => found.map(numbered));

/** What the driver gives as text, because it may be too large for a number. */
const numbered = (row: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value,
    ]),
  );

describe('with two of everything', () => {
  test('active_workflows counts each thing once, and says why a workflow waits and since when', async () => {
    const seen = await all('active_workflows', 'created_at');
    expect(seen.map(({ id }) => id)).toEqual(workflows);
    for (const workflow of seen) {
      expect(workflow).toMatchObject({
        repository: 'acme/widgets',
        status: 'waiting',
        current_stage: 'second',
        waiting_on: 'plan approval',
        waiting_since: '2026-11-01 11:00:00+00',
        open_gate: 'plan',
        is_overdue: true,
        stages: 2,
        stages_completed: 1,
        steps: 4,
        steps_completed: 2,
        steps_failed: 2,
        operations: 6,
        operations_succeeded: 3,
        operations_failed: 3,
      });
    }
  });

  test('integration_operations lists the three ledgers with their services', async () => {
    const seen = await all('integration_operations', 'service, key');
    expect(seen).toHaveLength(12);
    for (const workflow of workflows) {
      const mine = seen.filter((row) => row.workflow_execution_id === workflow);
      expect(mine.map(({ service, key, duration_ms }) => `${service} ${key} ${duration_ms}`)).toEqual([
        'agent one 100',
        'agent two 900',
        'github one 100',
        'github two 900',
        'linear one 100',
        'linear two 900',
      ]);
    }
  });

  test('stage_success_rates counts stages that began, and how they came to an end', async () => {
    expect(await all('stage_success_rates', 'stage')).toEqual([
      expect.objectContaining({
        stage: 'first',
        entered: 2,
        completed: 2,
        success_rate: 100,
        p50_ms: 2_000,
        p95_ms: 2_000,
      }),
      expect.objectContaining({
        stage: 'second',
        entered: 2,
        completed: 0,
        success_rate: null,
        p50_ms: null,
      }),
    ]);
  });

  test('operation_success_rates counts by service and kind', async () => {
    const seen = await all('operation_success_rates', 'service');
    expect(seen.map(({ service }) => service)).toEqual(['agent', 'github', 'linear']);
    for (const row of seen) {
      expect(row).toMatchObject({
        operation_type: 'note',
        operations: 4,
        succeeded: 2,
        failed: 2,
        retried: 4,
        adopted: 2,
        success_rate: 50,
        p95_ms: 100,
      });
    }
  });

  test('workflow_performance_summary sums a workflow up', async () => {
    for (const row of await all('workflow_performance_summary', 'id')) {
      expect(row).toMatchObject({
        steps: 4,
        steps_completed: 2,
        pull_requests: 2,
        validations: 2,
        validations_passed: 1,
        mean_score: 60,
        operations: 6,
        failed_attempts: 9,
        metrics: 2,
      });
    }
  });

  test('workflow_completion_times tells percentiles by repository and template', async () => {
    const mine = workflowRows(databases);
    const { workflow, query } = mine;
    for (const [repository, ms] of [
      ['widgets', 1_000],
      ['Widgets', 3_000],
      ['gadgets', 7_000],
      ['gadgets', 7_000],
    ] as const) {
      await workflow({ github_repo_name: repository, status: 'completed', ...took(ms) });
    }
    await workflow({ status: 'failed', ...took(9_000) });
    const seen = await query(`select * from workflow_completion_times order by repository`);
    expect(seen.map(numbered)).toEqual([
      expect.objectContaining({
        repository: 'acme/gadgets',
        template: null,
        workflows: 2,
        p50_ms: 7_000,
        p95_ms: 7_000,
      }),
      expect.objectContaining({
        repository: 'acme/widgets',
        workflows: 2,
        min_ms: 1_000,
        max_ms: 3_000,
        p50_ms: 2_000,
        p95_ms: 2_900,
      }),
    ]);
  });
});

describe('why a workflow waits', () => {
  const told = async (id: string) =>
    (await rows.query('select waiting_on, waiting_since from active_workflows where id = ?', [id]))[0];

  test('is told of one that nobody has taken up, and of one that was paused', async () => {
    const queued = await rows.workflow();
    await rows.stage(queued, 'first', 1, { status: 'queued', queued_at: '2026-11-01T10:00:00Z' });
    expect(await told(queued)).toEqual({
      waiting_on: 'a worker to take up first',
      waiting_since: '2026-11-01 10:00:00+00',
    });
    await rows.query(`update workflow_executions set status = 'paused' where id = ?`, [queued]);
    expect(await told(queued)).toMatchObject({ waiting_on: 'somebody to resume it' });
  });

  test('is told of steps that wait while others go on, each reason once', async () => {
    const workflow = await rows.workflow({ status: 'running' });
    const stage = await rows.stage(workflow, 'first', 1, { status: 'running' });
    for (const [position, on] of [
      [1, 'agent run'],
      [2, 'agent run'],
      [3, 'checks'],
    ] as const) {
      await rows.step(workflow, stage, position, {
        status: 'waiting',
        waiting_on: on,
        waiting_since: `2026-11-01T10:0${position}:00Z`,
      });
    }
    expect(await told(workflow)).toEqual({
      waiting_on: 'agent run; checks',
      waiting_since: '2026-11-01 10:01:00+00',
    });
  });

  test('is not asked of one that is over', async () => {
    expect(await told(await rows.workflow({ status: 'completed' }))).toBeUndefined();
  });
});

describe('searching workflows', () => {
  const plan = async (ask: (sql: string) => Promise<object[]>) =>
    JSON.stringify(await ask(`explain select id from workflow_executions where search_text ilike '%eng-1%'`));

  test('finds name, repository and issue, in capitals or not', async () => {
    const id = await rows.workflow({
      name: 'Dark mode',
      github_repo_name: 'lamps',
      linear_main_issue_key: 'LUX-77',
    });
    for (const words of ['dark MODE', 'acme/lam', 'lux-77']) {
      const found = await rows.query(`select id from workflow_executions where search_text ilike ?`, [
        `%${words}%`,
      ]);
      expect(found, words).toEqual([{ id }]);
    }
  });

  test('uses the trigram index across organisations', async () => {
    const seen = await databases.maintenance.workflows(async (em) => {
      await em.execute('set local enable_seqscan = off');
      return plan((sql) => em.execute(sql));
    });
    expect(seen).toContain('workflow_executions_search');
  });

  test('looks at the rows of its own organisation only, by index', async () => {
    const seen = await databases.inOrganization(rows.organizationId).workflows(async (em) => {
      await em.execute('set local enable_seqscan = off');
      return plan((sql) => em.execute(sql));
    });
    // `ilike` is not leakproof: PostgreSQL applies it after row-level security, never in an index
    expect(seen).toMatch(/Index Cond: \(organization_id =/);
    expect(seen).not.toContain('Seq Scan');
  });
});
