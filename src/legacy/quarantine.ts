/** What is in quarantine, put together for the report. */
import type { Targets } from './target.ts';

export type ReasonCount = { source: string; extent: 'row' | 'columns'; reason: string; rows: number };

/** Rows by the reason why they have no place; ids and numbers left out of the reasons, so that like stands with like. */
export async function readReasons({ events }: Targets): Promise<ReasonCount[]> {
  const { rows } = await events.client.query<Omit<ReasonCount, 'rows'> & { rows: string }>(
    `select source_database || '.' || source_table as source, extent, count(*) as rows,
            regexp_replace(reason, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', '…', 'g') as reason
       from legacy_quarantine
      where extent = 'row' or reason like '%does not take%'
      group by source_database, source_table, extent, 4
      order by 1, 2, 3 desc, 4`,
  );
  return rows.map((row) => ({ ...row, rows: Number(row.rows) }));
}

/** Where a secret was that has to be entered anew. */
export type SecretPlace = { organization: string; source: string; column: string; rows: number };

export async function readSecretPlaces({ events, projects }: Targets): Promise<SecretPlace[]> {
  const { rows } = await events.client.query<{ id: string; source: string; column: string; rows: string }>(
    `select organization_id as id, source_database || '.' || source_table as source, "column", count(*) as rows
       from legacy_quarantine, jsonb_array_elements_text(content->'columns') "column"
      where extent = 'secrets' group by 1, 2, 3 order by 1, 2, 3`,
  );
  const { rows: names } = await projects.client.query<{ id: string; slug: string }>(
    'select id, slug from organizations',
  );
  const slugs = new Map(names.map(({ id, slug }) => [id, slug]));
  return rows.map(({ id, source, column, rows: count }) => ({
    organization: slugs.get(id) ?? id,
    source,
    column,
    rows: Number(count),
  }));
}
