import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrationOrm, migrationsFolder } from '../../src/databases/orm.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let admin: pg.Client;
beforeAll(async () => {
  fresh = await freshDatabases();
  admin = new pg.Client({ connectionString: fresh.adminUrls.events });
  await admin.connect();
});
afterAll(async () => {
  await admin?.end();
  await fresh?.drop();
});

it('events that were there before they were kept by month keep their places and become unique across months', async () => {
  const names = readdirSync(migrationsFolder('events')).map((file) => path.parse(file).name);
  const before = names.find((name) => name.endsWith('_Guard_parents_and_move_updated_at')) as string;
  const orm = migrationOrm('events', { clientUrl: fresh.adminUrls.events, role: 'events_owner' });
  try {
    await orm.migrator.down({ to: before });
    expect(
      (await admin.query(`select to_regclass('event_keys') as keys, to_regclass('audit_log') as log`)).rows,
    ).toEqual([{ keys: null, log: null }]);
    const row = (organizationId: string, externalId: string, occurredAt: string) =>
      admin.query(
        `insert into events (id, organization_id, source, external_id, event_type, payload, occurred_at)
           values ($1, $2, 'github', $3, 'push', '{}', $4)`,
        [randomUUID(), organizationId, externalId, occurredAt],
      );
    const [ours, theirs] = [randomUUID(), randomUUID()];
    await row(ours, '1', '2025-01-31T23:59:59Z');
    await row(ours, '2', '2026-11-02Z');
    await row(theirs, '1', '2026-11-02Z');
    await orm.migrator.up();
    const { rows } = await admin.query(
      `select e.external_id, e.tableoid::regclass::text as place, k.occurred_at = e.occurred_at as keyed
         from events e join event_keys k using (id, organization_id, source, external_id) order by e.occurred_at, 1`,
    );
    expect(rows.map(({ keyed }) => keyed)).toEqual([true, true, true]);
    expect(rows[0].place).toMatch(/events_2025_01$/);
    await expect(row(ours, '1', '2026-11-02Z')).rejects.toThrow('is there already');
    const forced = await admin.query(
      `select relname from pg_class where relname like 'events%' and relkind in ('r', 'p') and not relforcerowsecurity`,
    );
    expect(forced.rows).toEqual([]);
  } finally {
    await orm.close(true);
  }
});
