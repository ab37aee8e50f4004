/** Removes the rows that nobody wants any longer, a batch at a time; killed anywhere, the next run does what is left. */
import type { EntityManager, QueryResult } from '@mikro-orm/postgresql';
import pg from 'pg';
import { undone, workflowEndsSql } from '../../entities/workflows/workflow-states.ts';
import { type DatabaseName, databaseNames } from '../config.ts';
import type { Databases } from '../databases/connect.ts';
import { forgetDroppedEvents } from '../databases/forget-dropped-events.ts';
import { readTables, type Table } from '../databases/tables.ts';
import { reasonOf } from '../engine/errors.ts';
import { planFor, readWishes, type Share, type TablePlan } from './plan.ts';
import { mustStay } from './protected-rows.ts';

const identifier = pg.escapeIdentifier;

export type RetentionOptions = {
  signal?: AbortSignal;
  now?: Date;
  /** Rows removed in one transaction. */
  batch?: number;
  /** Called after each batch; for tests that stop there. */
  atBatch?: () => void;
};

export type Removed = { database: DatabaseName; table: string; rows: number; partitions: string[] };

export type RetentionResult = {
  removed: Removed[];
  /** A table that could not be done, in words; the others are. */
  failures: string[];
  /** It was stopped before it was through. */
  interrupted: boolean;
};

export async function applyRetention(
  databases: Databases,
  options: RetentionOptions = {},
): Promise<RetentionResult> {
  const result: RetentionResult = { removed: [], failures: [], interrupted: false };
  const wishes = await readWishes(databases);
  const { open, unfinished } = await openWorkflows(databases);
  for (const name of databaseNames) {
    const inDatabase = databases.maintenance[name];
    const tables = await inDatabase((em) => readTables((sql) => em.execute(sql)));
    for (const plan of planFor(name, tables, wishes)) {
      const removed: Removed = { database: name, table: plan.table.name, rows: 0, partitions: [] };
      result.removed.push(removed);
      const of = (ids: readonly string[]) =>
        mustStay(plan.table, tables, 'r', `'{${ids.join(',')}}'::uuid[]`);
      const stays = name === 'workflows' ? `(${of(open)} or ${ofUndone(plan.table, 'r')})` : of(unfinished);
      try {
        removed.partitions = await inDatabase((em) => dropMonths(em, plan, stays, options.now));
        for (const share of plan.shares) {
          for (let full = true; full; ) {
            if (options.signal?.aborted) return { ...result, interrupted: true };
            const batch = options.batch ?? 1_000;
            const rows = await inDatabase((em) => removeBatch(em, plan, share, stays, batch, options.now));
            removed.rows += rows;
            full = rows === batch;
            options.atBatch?.();
          }
        }
      } catch (error) {
        result.failures.push(`${name}.${plan.table.name}: ${reasonOf(error)}`);
      }
    }
  }
  return result;
}

/**
 * Those that are not over, and with them those that may go on. Read once, before anything is removed: a workflow that
 * starts later has no rows of yesterday. One that has failed may open again meanwhile: what it needs for that stays anyway.
 */
const openWorkflows = (databases: Databases): Promise<{ open: string[]; unfinished: string[] }> =>
  databases.maintenance.workflows(async (em) => {
    const rows = await em.execute<{ id: string; open: boolean }[]>(
      `select id, status not in ${workflowEndsSql} as open from workflow_executions w where ${undone('w')}`,
    );
    return {
      open: rows.flatMap(({ id, open }) => (open ? id : [])),
      unfinished: rows.map(({ id }) => id),
    };
  });

/**
 * What a workflow did is what a retry does not repeat and a cancellation takes back, also long after it has failed. Here
 * a failed workflow itself comes to its end, and takes with it what hangs on it.
 */
const ofUndone = ({ columns }: Table, alias: string): string =>
  columns.includes('workflow_execution_id')
    ? `exists (select from workflow_executions undone
         where undone.id = ${alias}.workflow_execution_id and ${undone('undone')})`
    : 'false';

const daysBefore = (days: number, now: Date | undefined) =>
  new Date((now?.getTime() ?? Date.now()) - days * 24 * 3_600_000).toISOString();

async function removeBatch(
  em: EntityManager,
  { table, since }: TablePlan,
  { organizations, only, keepDays }: Share,
  stays: string,
  batch: number,
  now: Date | undefined,
): Promise<number> {
  const key = table.primaryKey.map(identifier).join(', ');
  const whose = `r.${table.organizationColumn} ${only ? '= any' : '<> all'} (?::uuid[])`;
  const target = `public.${identifier(table.name)}`;
  const before = daysBefore(keepDays, now);
  const { affectedRows } = await em.execute<QueryResult<object>>(
    // a workflow that is tried again this moment has no end any more, which is seen once its row is ours
    `delete from ${target} where ${identifier(since)} < ? and (${key}) in (
       select ${table.primaryKey.map((name) => `r.${identifier(name)}`).join(', ')} from ${target} r
        where r.${identifier(since)} < ? and ${whose} and not ${stays} limit ${batch})`,
    [before, before, `{${organizations.join(',')}}`],
    'run',
  );
  return affectedRows;
}

/** Whole months that are older than anybody wants them, unless a row in them has to stay. */
async function dropMonths(
  em: EntityManager,
  { table, since, longestDays }: TablePlan,
  stays: string,
  now: Date | undefined,
): Promise<string[]> {
  if (!table.partitioned || longestDays === null) return [];
  const before = daysBefore(longestDays, now);
  const [state] = await em.execute<{ can: boolean; held: boolean }[]>(
    `select to_regprocedure('drop_partitions(text, timestamptz)') is not null as can,
            exists (select from public.${identifier(table.name)} r
                     where r.${identifier(since)} < ? and ${stays}) as held`,
    [before],
  );
  if (!state?.can || state.held) return [];
  const dropped = await em.execute<{ partition: string }[]>('select drop_partitions(?, ?) as partition', [
    table.name,
    before,
  ]);
  if (table.name === 'events') await forgetDroppedEvents(em, before);
  return dropped.map(({ partition }) => partition);
}
