import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseName } from '../../src/config.ts';
import { ownerOf } from '../../src/databases/names.ts';
import { migrationOrm } from '../../src/databases/orm.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { insertRow } from '../support/rows.ts';

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh?.drop());

/** Goes back to the previous release, puts rows of two organisations there, comes forward again and asks. */
async function throughUpgrade(
  name: DatabaseName,
  release: string,
  rows: [string, object][],
  question: string,
) {
  const admin = new pg.Client({ connectionString: fresh.adminUrls[name] });
  const orm = migrationOrm(name, { clientUrl: fresh.adminUrls[name], role: ownerOf(name) });
  await admin.connect();
  try {
    await orm.migrator.down({ to: release });
    for (const organization_id of [randomUUID(), randomUUID()]) {
      const codebase_id = randomUUID();
      for (const [table, values] of rows) {
        const id = table === 'codebases' ? codebase_id : randomUUID();
        await insertRow(admin, table, { id, organization_id, codebase_id, ...values });
      }
    }
    await orm.migrator.up();
    const { rows: answer } = await admin.query(question);
    const { rows: unforced } = await admin.query(
      `select relname from pg_class where relnamespace in ('public'::regnamespace, to_regnamespace('partitions'))
          and relkind in ('r', 'p') and relname <> 'mikro_orm_migrations' and not (relrowsecurity and relforcerowsecurity)`,
    );
    return { answer, unforced };
  } finally {
    await admin.end();
    await orm.close(true);
  }
}

describe('rows of the previous release are kept', () => {
  it('metrics, in their months', async () => {
    const measured_at = new Date('2026-02-03T04:05:06Z');
    const { answer, unforced } = await throughUpgrade(
      'analytics',
      'Migration20261124143501_Guard_parents_and_move_updated_at',
      [['metrics', { measured_at, metric_unit: 'ms', metric_name: 'stage_duration' }]],
      'select tableoid::regclass::text as place, metric_type, measured_at from metrics',
    );
    const kept = { place: 'partitions.metrics_2026_02', metric_type: 'duration', measured_at };
    expect(answer).toEqual([kept, kept]);
    expect(unforced).toEqual([]);
  });

  it('analyses, as completed', async () => {
    const { answer, unforced } = await throughUpgrade(
      'codebase',
      'Migration20261124143459_Guard_parents_and_move_updated_at',
      [
        ['codebases', {}],
        ['analysis_runs', { file_count: 3 }],
      ],
      'select status, completed_at is not null as over, file_count from analysis_runs',
    );
    const kept = { status: 'completed', over: true, file_count: 3 };
    expect(answer).toEqual([kept, kept]);
    expect(unforced).toEqual([]);
  });

  it('verdicts, as feedback', async () => {
    const { answer, unforced } = await throughUpgrade(
      'learning',
      'Migration20261124143504_Guard_parents_and_move_updated_at',
      [['user_feedback', { verdict: 'reject' }]],
      'select verdict, feedback_type from user_feedback',
    );
    const kept = { verdict: 'reject', feedback_type: 'negative' };
    expect(answer).toEqual([kept, kept]);
    expect(unforced).toEqual([]);
  });
});
