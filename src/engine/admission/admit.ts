/**
 * Gives the free places to those in line, fairly among the organisations (`choose.ts`), and tells each organisation how
 * many it may fill by itself from now on. One pass at a time in all processes, in the maintenance role, which sees all.
 */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { holdsPlace, standsInLine } from '../../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import type { Config } from '../../config.ts';
import type { Engine } from '../engine.ts';
import { addOrLeave, stageJob } from '../jobs.ts';
import { type Chosen, type Contender, choose, shareOut } from './choose.ts';
import { settledLimits } from './limits-of.ts';

/** PostgreSQL advisory lock: `gsw` in ASCII, then 4. */
const lockKey = 0x67737704;

type Admitting = Pick<Engine, 'config' | 'databases' | 'queues' | 'logger'>;

/** One pass. Gives how many were admitted, and whether anybody stands in line still. */
export async function admit(engine: Admitting): Promise<{ admitted: number; lineIsLeft: boolean }> {
  const { stages, lineIsLeft } = await engine.databases.maintenance.workflows(async (em) => {
    await em.execute('select pg_advisory_xact_lock(?)', [lockKey]);
    const { maxRunningWorkflows: capacity, organization: defaults } = engine.config.limits;
    const contenders = await look(em, capacity, defaults);
    const free = capacity - contenders.reduce((sum, { running }) => sum + running, 0);
    const chosen = choose(contenders, free);
    const stages = chosen.order.length > 0 ? await letIn(em, chosen.order) : [];
    await keepShares(em, contenders, chosen, free);
    const waiting = contenders.reduce((sum, one) => sum + one.waiting, 0);
    return { stages, lineIsLeft: waiting > chosen.order.length };
  });
  await Promise.all(stages.map((stage) => addOrLeave(engine, stageJob(stage))));
  return { admitted: stages.length, lineIsLeft };
}

type Row = {
  organization_id: string;
  max_running_workflows: number | null;
  weight: number | null;
  turn: number;
  running: number;
  waiting: number;
};

/** Every organisation that has ever stood in line, or has limits. Those who put something in wait meanwhile. */
async function look(
  em: EntityManager,
  capacity: number,
  defaults: Config['limits']['organization'],
): Promise<Contender[]> {
  // to go from one organisation to the next by the index costs one step each, however long the lines are
  const inLine = `
    with recursive line as (
      (select organization_id from workflow_executions where ${standsInLine} order by 1 limit 1)
      union all
      select (select organization_id from workflow_executions
               where ${standsInLine} and organization_id > line.organization_id order by 1 limit 1)
        from line where line.organization_id is not null)
    select organization_id from line where organization_id is not null`;
  const unknown = await em.execute<{ organization_id: string }[]>(
    `select organization_id from (${inLine} union select organization_id from organization_limits) o
      where not exists (select from admission_shares s where s.organization_id = o.organization_id)`,
  );
  for (const { organization_id } of unknown) {
    await em.execute(
      'insert into admission_shares (id, organization_id) values (?, ?) on conflict do nothing',
      [randomUUID(), organization_id],
    );
  }
  // in a statement of its own: what is counted afterwards includes what was being put in meanwhile
  await em.execute('select from admission_shares order by organization_id for no key update');
  const rows = await em.execute<Row[]>(
    `select s.organization_id, l.max_running_workflows, l.weight, s.turn,
            coalesce(r.running, 0)::int as running, q.waiting::int as waiting
       from admission_shares s
       left join organization_limits l on l.organization_id = s.organization_id
       left join (select organization_id, count(*) as running from workflow_executions
                   where ${holdsPlace} group by organization_id) r on r.organization_id = s.organization_id
      cross join lateral (
        select count(*) as waiting from (
          select from workflow_executions where organization_id = s.organization_id and ${standsInLine} limit ?) w) q`,
    [capacity + 1],
  );
  return rows.map((row) => {
    const limits = settledLimits(
      { maxRunningWorkflows: row.max_running_workflows, weight: row.weight },
      defaults,
    );
    return {
      organizationId: row.organization_id,
      running: row.running,
      waiting: row.waiting,
      maxRunning: limits.maxRunningWorkflows,
      weight: limits.weight,
      turn: row.turn,
    };
  });
}

/** The first stages of those who have a place now, queued; within an organisation the oldest come first. */
async function letIn(em: EntityManager, order: readonly string[]): Promise<WorkflowStageExecution[]> {
  const places = new Map<string, number>();
  for (const organizationId of order) places.set(organizationId, (places.get(organizationId) ?? 0) + 1);
  const rows = await em.execute<object[]>(
    `with chosen as (
       select w.id
         from jsonb_to_recordset(?::jsonb) as c (organization_id uuid, places int)
        cross join lateral (
          select id from workflow_executions
           where organization_id = c.organization_id and ${standsInLine}
           order by created_at limit c.places for update skip locked) w),
     admitted as (
       update workflow_executions set admitted_at = now(), waiting_on = null
        where id in (select id from chosen) returning id)
     update workflow_stage_executions
        set status = 'queued', queued_at = now(), waiting_on = null, waiting_since = null
      where workflow_execution_id in (select id from admitted) and stage_order = 1 and status = 'pending'
      returning *`,
    [JSON.stringify([...places].map(([organization_id, places]) => ({ organization_id, places })))],
  );
  const stages = rows.map((row) => em.map(WorkflowStageExecution, row));
  // as the turns came, so that in the queue, too, nobody stands behind all of another's
  const byOrganization = Map.groupBy(stages, (stage) => stage.organizationId);
  return order.flatMap((organizationId) => byOrganization.get(organizationId)?.shift() ?? []);
}

async function keepShares(
  em: EntityManager,
  contenders: readonly Contender[],
  { order, turns }: Chosen,
  free: number,
): Promise<void> {
  const gained = Map.groupBy(order, (organizationId) => organizationId);
  const now = contenders.map((one) => ({
    ...one,
    running: one.running + (gained.get(one.organizationId)?.length ?? 0),
  }));
  const shares = shareOut(now, free - order.length);
  await em.execute(
    `update admission_shares s set places = c.places, turn = c.turn
       from jsonb_to_recordset(?::jsonb) as c (organization_id uuid, places int, turn float8)
      where s.organization_id = c.organization_id and (s.places, s.turn) is distinct from (c.places, c.turn)`,
    [
      JSON.stringify(
        now.map(({ organizationId }) => ({
          organization_id: organizationId,
          places: shares.get(organizationId) ?? 0,
          turn: turns.get(organizationId) ?? 0,
        })),
      ),
    ],
  );
}
