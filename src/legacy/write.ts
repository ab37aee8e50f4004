/** Writes one batch of the earlier system's rows: parents, the rows, what hangs on them, and what is kept besides. */
import { deriveId } from '../engine/derive.ts';
import type { Applied, Kept, Write } from './apply.ts';
import { isEmpty } from './secrets.ts';
import type { SourceTable } from './source.ts';
import { insertRows, type Targets, tableOf } from './target.ts';

export type Counts = { mapped: number; merged: number; quarantined: number };

const order = (writes: Write[]) => [...Map.groupBy(writes, ({ target }) => target)];

/** Safe to repeat: rows that are there stay. Gives what has to be kept of the batch. */
export async function writeBatch(targets: Targets, table: SourceTable, batch: Applied[]) {
  for (const applied of batch) if (applied.write) applied.write = { ...applied.write };
  await writeAll(targets, batch, (applied) => applied.before);
  await writeAll(targets, batch, (applied) => (applied.write ? [applied.write] : []), true);
  await writeAll(targets, batch, (applied) => applied.after);
  const counts: Counts = { mapped: 0, merged: 0, quarantined: 0 };
  for (const { outcome } of batch) counts[outcome] += 1;
  return { counts, kept: batch.flatMap((applied) => keptOf(table, applied)) };
}

async function writeAll(
  targets: Targets,
  batch: Applied[],
  writesOf: (applied: Applied) => Write[],
  primary = false,
): Promise<void> {
  const entries = batch.flatMap((applied) => writesOf(applied).map((write) => ({ applied, write })));
  for (const [target] of order(entries.map(({ write }) => write))) {
    const ours = entries.filter(({ write }) => write.target === target);
    const orphans = await dropMissingParents(targets, ours);
    const refused = await insertRows(
      targets,
      target,
      ours.filter(({ write }) => !orphans.has(write)).map(({ write }) => write.row),
    );
    for (const { applied, write } of ours) {
      const reason = orphans.get(write) ?? refused.get(write.row.id);
      if (reason === undefined) continue;
      if (primary) refuse(applied, `${target} does not take it: ${reason}`);
      else keepColumns(applied, write, `${target} does not take its part: ${reason}`);
    }
  }
}

function refuse(applied: Applied, reason: string): void {
  applied.outcome = 'quarantined';
  applied.reason = reason;
  applied.write = null;
  applied.after = [];
}

function keepColumns(applied: Applied, write: Write, reason: string): void {
  applied.assumed.push(reason);
  for (const column of write.from) {
    if (!isEmpty(applied.row[column])) applied.rest[column] = applied.row[column];
  }
}

/**
 * A reference to a row that was not migrated, or is another organisation's: is left out where it may be, with the
 * original kept; otherwise the row itself has no place. Gives the latter.
 */
async function dropMissingParents(
  targets: Targets,
  entries: { applied: Applied; write: Write }[],
): Promise<Map<Write, string>> {
  const orphans = new Map<Write, string>();
  const first = entries[0];
  if (!first) return orphans;
  const { client, table, facts } = tableOf(targets, first.write.target);
  for (const { column, parent, nullable } of facts.foreignKeys) {
    const wanted = [...new Set(entries.flatMap(({ write }) => (write.row[column] as string | null) ?? []))];
    if (wanted.length === 0) continue;
    const owner = parent === 'organizations' ? 'id' : 'organization_id';
    const { rows } = await client.query<{ id: string; owner: string }>(
      `select id, ${owner} as owner from ${parent} where id = any($1::uuid[])`,
      [wanted],
    );
    const owners = new Map(rows.map((row) => [row.id, row.owner]));
    // of a parent in the same table: each row of the batch with its place; the first where an id comes twice
    const batch = new Map(
      parent === table
        ? entries.map(({ write }, at) => [write.row.id, { write, at }] as const).toReversed()
        : [],
    );
    for (const [place, { applied, write }] of entries.entries()) {
      const id = write.row[column] as string | null | undefined;
      if (!id) continue;
      const own = write.row.organization_id ?? write.row.id;
      // what the batch brings itself may be there from a run that was interrupted, and must not make a difference
      const beside = batch.get(id);
      const found = beside ? beside.write.row.organization_id : owners.get(id);
      // parents of the same table come first
      if (found === own && (!beside || (beside.at < place && !orphans.has(beside.write)))) continue;
      const reason =
        found !== undefined && found !== own
          ? `its ${column} ${id} is another organisation's`
          : `its ${column} ${id} is not there`;
      if (!nullable) orphans.set(write, reason);
      else {
        write.row[column] = null;
        keepColumns(applied, write, reason);
        applied.rest[`${column} (left out)`] = id;
      }
    }
  }
  return orphans;
}

export type KeptRow = Kept & { id: string; organizationId: string; table: SourceTable; sourceId: string };

function keptOf(table: SourceTable, applied: Applied): KeptRow[] {
  const { outcome, reason, row, rest, write, assumed, secrets, key, organizationId } = applied;
  const target = write?.target ?? null;
  const kept: Kept[] = [];
  if (outcome === 'quarantined') {
    kept.push({
      extent: 'row',
      reason: reason ?? 'it has no place',
      content: row,
      target: null,
      targetId: null,
    });
  } else if (!isEmpty(rest) || assumed.length > 0 || outcome === 'merged') {
    const words = [
      reason,
      isEmpty(rest) || outcome === 'merged' ? null : 'columns without a place',
      assumed.length > 0 ? `assumed: ${assumed.join('; ')}` : null,
    ];
    const content = { reason: words.filter(Boolean).join('; '), content: rest };
    kept.push({ extent: 'columns', ...content, target, targetId: write?.row.id ?? null });
  }
  if (secrets.length > 0) {
    const content = { columns: secrets };
    kept.push({ extent: 'secrets', reason: 'enter it anew', content, target: null, targetId: null });
  }
  return kept.map((one) => ({
    ...one,
    id: deriveId('legacy', table.database, table.name, key, one.extent),
    organizationId,
    table,
    sourceId: key,
  }));
}
