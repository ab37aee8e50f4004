/**
 * What happened to every row of progress and when, written by triggers that the laboratory puts into its own
 * workflows_db: complete where asking again and again would miss what comes and goes. The application does not see it.
 */
import type pg from 'pg';
import { ledgerTables } from '../../entities/workflows/operation.ts';
import { actorInSql } from '../databases/settings.ts';

type Journalled = { of: Entry['of']; scope: string; stageId: string; name: string };

const operation: Journalled = {
  of: 'operation',
  scope: 'scope',
  stageId: 'workflow_stage_execution_id',
  name: 'operation_type',
};

const tables: Record<string, Journalled> = {
  workflow_stage_executions: { of: 'stage', scope: 'stage', stageId: 'id', name: 'stage' },
  workflow_step_executions: {
    of: 'step',
    scope: `function || '/' || item_id`,
    stageId: 'workflow_stage_execution_id',
    name: 'function',
  },
  ...Object.fromEntries(Object.values(ledgerTables).map((table) => [table, operation])),
};

export type Entry = {
  /** Milliseconds since 1970. */
  at: number;
  of: 'stage' | 'step' | 'operation';
  id: string;
  workflowId: string;
  stageId: string;
  /** The durable function it belongs to, within its stage. */
  scope: string;
  /** Of the operation, stage or step function. */
  name: string;
  status: string;
  incarnation: number;
  /** Of a claim on an operation. */
  token: string | null;
  leaseUntil: number | null;
  waitingOn: string | null;
  waitingUntil: number | null;
  openGate: string | null;
  /** Which process did it: `host/pid` of a worker. */
  actor: string;
};

export async function installJournal(client: pg.Client): Promise<void> {
  await client.query(`
    create schema chaos;
    create table chaos.journal (
      sequence bigserial primary key, at timestamptz not null default clock_timestamp(), "of" text not null,
      id uuid not null, workflow_id uuid not null, stage_id uuid not null, scope text not null, name text not null,
      status text not null, incarnation int not null, token text, lease_until timestamptz, waiting_on text,
      waiting_until timestamptz, open_gate text, actor text)`);
  for (const [table, { of, scope, stageId, name }] of Object.entries(tables)) {
    const isOperation = of === 'operation';
    await client.query(`
      create function chaos.${table}() returns trigger language plpgsql security definer as $$ begin
        insert into chaos.journal ("of", id, workflow_id, stage_id, scope, name, status, incarnation, token,
                                   lease_until, waiting_on, waiting_until, open_gate, actor)
        select '${of}', n.id, n.workflow_execution_id, n.${stageId}, ${scope}, n.${name}, n.status, n.incarnation,
               ${isOperation ? 'n.lease_token, n.lease_until' : 'null, null'}, n.waiting_on, n.waiting_until,
               ${of === 'stage' ? 'n.open_gate' : 'null'}, (${actorInSql})->>'name'
          from (select new.*) n;
        return null; end $$;
      create trigger chaos_journal after insert or update on ${table}
        for each row execute function chaos.${table}()`);
  }
}

/** Everything, in the order of time. */
export async function readJournal(client: pg.Client): Promise<Entry[]> {
  const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
  const { rows } = await client.query<Entry>(`
    select ${ms('at')} as at, "of", id, workflow_id as "workflowId", stage_id as "stageId", scope, name, status,
           incarnation, token, ${ms('lease_until')} as "leaseUntil", waiting_on as "waitingOn",
           ${ms('waiting_until')} as "waitingUntil", open_gate as "openGate", coalesce(actor, '') as actor
      from chaos.journal order by at, sequence`);
  return rows;
}
