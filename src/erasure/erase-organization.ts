/**
 * Removes an organisation with everything that it has: its files, its jobs, and its rows in all eight databases. Each
 * part may be repeated; what was killed in between is finished by running it again. The organisation's own row is the
 * last to go, so that until then it is found by its name.
 */
import { workflowEndsSql } from '../../entities/workflows/workflow-states.ts';
import { type DatabaseName, databaseNames } from '../config.ts';
import type { Databases } from '../databases/connect.ts';
import type { Owners } from '../databases/owners.ts';
import type { Queues } from '../engine/queues.ts';
import { readVersion } from '../version.ts';
import { eraseFiles } from './erase-files.ts';
import { eraseJobs } from './erase-jobs.ts';
import { countRows, eraseRows, type RowCount } from './erase-rows.ts';
import { type ErasureRecord, readErasure, recordFileOf, writeErasure } from './erasure-record.ts';

export type EraseOptions = {
  databases: Databases;
  owners: Owners;
  /** Who sees the rows of all organisations. */
  maintenanceUrls: Record<DatabaseName, string>;
  queues: Queues;
  queueNames: readonly string[];
  dataDir: string;
  organizationId: string;
  onProgress?: (step: string) => void;
  /** Called between two parts; for tests that stop there. */
  atPart?: (part: string) => void;
};

export type Erasure = { rows: number; jobs: number; folders: number; recordFile: string };

/** What erasing would remove, table by table, and how many workflows are not over. */
export async function previewErasure(
  databases: Databases,
  maintenanceUrls: Record<DatabaseName, string>,
  organizationId: string,
): Promise<{ counts: RowCount[]; openWorkflows: number }> {
  const counts: RowCount[] = [];
  for (const name of databaseNames) {
    counts.push(...(await countRows(name, maintenanceUrls[name], organizationId)));
  }
  const [open] = await databases
    .inOrganization(organizationId)
    .workflows((em) =>
      em.execute<{ count: number }[]>(
        `select count(*)::int as count from workflow_executions where status not in ${workflowEndsSql}`,
      ),
    );
  return { counts, openWorkflows: open?.count ?? 0 };
}

/** First workflows_db: without its row no job has the right to act. Last projects_db, the home of organisations. */
const order: DatabaseName[] = [
  'workflows',
  ...databaseNames.filter((name) => name !== 'workflows' && name !== 'projects'),
  'projects',
];

/** What a worker was in the middle of may write once more after its rows are gone; another sweep finds that. */
const sweeps = 3;

/** Throws an Error that names the tables which still have rows, should there be any at the end. */
export async function eraseOrganization(options: EraseOptions): Promise<Erasure> {
  const { databases, owners, queues, queueNames, dataDir, organizationId, onProgress, atPart } = options;
  const before = await previewErasure(databases, options.maintenanceUrls, organizationId);
  const record = await beginRecord(dataDir, organizationId, before.counts);
  atPart?.('files');
  const folders = await eraseFiles(databases, dataDir, organizationId);
  onProgress?.(`files: ${folders} folders`);
  atPart?.('keys');
  // nothing new gets in from here on
  await eraseRows(owners.projects, organizationId, ['api_keys']);
  let left = before.counts;
  let jobs = 0;
  for (let sweep = 0; sweep < sweeps && (sweep === 0 || left.length > 0); sweep++) {
    for (const name of order) {
      atPart?.(name);
      await eraseRows(owners[name], organizationId);
      if (name === 'workflows') jobs += await eraseJobs(queues, queueNames, organizationId);
    }
    const { counts } = await previewErasure(databases, options.maintenanceUrls, organizationId);
    left = counts.filter(({ rows }) => rows > 0);
  }
  if (left.length > 0) {
    const tables = left.map(({ database, table, rows }) => `${database}.${table} (${rows})`).join(', ');
    throw new Error(
      `Rows remain in ${tables}: something still writes them. Stop the workers and run it again`,
    );
  }
  atPart?.('record');
  await writeErasure(dataDir, { ...record, finishedAt: new Date().toISOString() });
  const rows = Object.values(record.rows).reduce((sum, count) => sum + count, 0);
  return { rows, jobs, folders, recordFile: recordFileOf(dataDir, organizationId) };
}

/** One that was interrupted goes on under its first record, which says how much there was. */
async function beginRecord(
  dataDir: string,
  organizationId: string,
  counts: RowCount[],
): Promise<ErasureRecord> {
  const earlier = await readErasure(dataDir, organizationId);
  if (earlier?.finishedAt === null) return earlier;
  const rows = counts.filter((count) => count.rows > 0);
  const record: ErasureRecord = {
    organizationId,
    version: await readVersion(),
    beganAt: new Date().toISOString(),
    finishedAt: null,
    rows: Object.fromEntries(rows.map(({ database, table, rows }) => [`${database}.${table}`, rows])),
  };
  await writeErasure(dataDir, record);
  return record;
}
