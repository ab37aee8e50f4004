/** How far the migration has come, and what it keeps besides; both in one transaction of events_db per batch. */
import type pg from 'pg';
import { deriveId } from '../engine/derive.ts';
import type { SourceTable } from './source.ts';
import { inTransaction, type Targets } from './target.ts';
import type { Counts, KeptRow } from './write.ts';

export type Progress = Counts & { done: number; finished: boolean };

const none: Progress = { done: 0, mapped: 0, merged: 0, quarantined: 0, finished: false };

type Row = {
  fingerprint: string;
  done: string;
  mapped: string;
  merged: string;
  quarantined: string;
  finished: boolean;
};

/** Whether a migration has brought anything in yet. */
export async function hasBegun({ events }: Targets): Promise<boolean> {
  const { rows } = await events.client.query<{ begun: boolean }>(
    'select exists (select from legacy_migrations) as begun',
  );
  return rows[0]?.begun === true;
}

/** Where to go on; at the start where the table is new, has changed since, or was finished before. */
export async function readProgress(
  targets: Targets,
  table: SourceTable,
  fingerprint: string,
): Promise<Progress> {
  const { rows } = await targets.events.client.query<Row>(
    `select fingerprint, rows_done as done, rows_mapped as mapped, rows_merged as merged,
            rows_quarantined as quarantined, finished_at is not null as finished
       from legacy_migrations where source_database = $1 and source_table = $2`,
    [table.database, table.name],
  );
  const [row] = rows;
  if (!row || row.fingerprint !== fingerprint) return none;
  const { done, mapped, merged, quarantined, finished } = row;
  return {
    done: Number(done),
    mapped: Number(mapped),
    merged: Number(merged),
    quarantined: Number(quarantined),
    finished,
  };
}

/** Safe to repeat: the same batch leaves the same rows. */
export async function keepBatch(
  targets: Targets,
  place: { table: SourceTable; organizationId: string; fingerprint: string },
  batch: { keys: string[]; kept: KeptRow[]; progress: Progress },
): Promise<void> {
  const { client } = targets.events;
  const { table } = place;
  await inTransaction(client, async () => {
    await client.query(
      `delete from legacy_quarantine where source_database = $1 and source_table = $2 and source_id = any($3) and id <> all($4::uuid[])`,
      [table.database, table.name, batch.keys, batch.kept.map(({ id }) => id)],
    );
    await client.query(
      `insert into legacy_quarantine (id, organization_id, source_database, source_table, source_id, extent, reason, content, target_table, target_id)
       select id, organization_id, $2, $3, source_id, extent, reason, content, target_table, target_id
         from jsonb_populate_recordset(null::legacy_quarantine, $1)
       on conflict (id) do update set reason = excluded.reason, content = excluded.content,
              organization_id = excluded.organization_id, target_table = excluded.target_table, target_id = excluded.target_id
        where (legacy_quarantine.reason, legacy_quarantine.content) is distinct from (excluded.reason, excluded.content)`,
      [JSON.stringify(batch.kept.map(rowOf)), table.database, table.name],
    );
    await writeProgress(client, place, batch.progress);
  });
}

const rowOf = ({ id, organizationId, sourceId, extent, reason, content, target, targetId }: KeptRow) => ({
  id,
  organization_id: organizationId,
  source_id: sourceId,
  extent,
  reason,
  content,
  target_table: target,
  target_id: targetId,
});

async function writeProgress(
  client: pg.Client,
  { table, organizationId, fingerprint }: { table: SourceTable; organizationId: string; fingerprint: string },
  { done, mapped, merged, quarantined, finished }: Progress,
): Promise<void> {
  await client.query(
    `insert into legacy_migrations (id, organization_id, source_database, source_table, fingerprint, rows_done, rows_mapped, rows_merged, rows_quarantined, finished_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $10 then now() end)
     on conflict (id) do update set fingerprint = excluded.fingerprint, rows_done = excluded.rows_done, rows_mapped = excluded.rows_mapped,
            rows_merged = excluded.rows_merged, rows_quarantined = excluded.rows_quarantined, finished_at = excluded.finished_at,
            verified_at = null`,
    [
      deriveId('legacy', 'progress', table.database, table.name),
      organizationId,
      table.database,
      table.name,
      fingerprint,
      done,
      mapped,
      merged,
      quarantined,
      finished,
    ],
  );
}

export async function markVerified(targets: Targets, table: SourceTable): Promise<void> {
  await targets.events.client.query(
    'update legacy_migrations set verified_at = now() where source_database = $1 and source_table = $2',
    [table.database, table.name],
  );
}
