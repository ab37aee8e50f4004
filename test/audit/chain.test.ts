import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendToAuditLog } from '../../src/audit/append.ts';
import { type Anchor, readHead, verifyAuditLog } from '../../src/audit/verify.ts';
import { verdictLines } from '../../src/cli/audit-lines.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { oneMoment } from '../../src/databases/tenancy.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { entry, verify } from './entries.ts';

let fresh: FreshDatabases;
let databases: Databases;
let admin: pg.Client;

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config, { max: 8 });
  admin = new pg.Client({ connectionString: fresh.adminUrls.events });
  await admin.connect();
});
afterAll(async () => {
  await admin?.end();
  await databases?.close();
  await fresh?.drop();
});

const append = (organizationId: string, count = 1, more = {}) =>
  databases.inOrganization(organizationId).events((em) =>
    appendToAuditLog(
      em,
      Array.from({ length: count }, () => entry(organizationId, more)),
    ),
  );

describe('the audit log', () => {
  it('holds 10,000 entries of 8 concurrent writers in one chain without gaps', async () => {
    const organizationId = randomUUID();
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < 250; n++)
        await append(organizationId, 5, { actor: { kind: 'worker', name: `${writer}` } });
    });
    await Promise.all(writers);
    const verdict = await verify(databases, organizationId);
    expect(verdict).toMatchObject({ entries: 10_000, faults: [], head: { sequence: 10_000 } });
    const { rows } = await admin.query(
      `select count(distinct actor_name)::int as writers, min(sequence)::int as first, max(sequence)::int as last,
              count(*) filter (where actor_name is distinct from previous)::int as turns
         from (select *, lag(actor_name) over (order by sequence) as previous from audit_log where organization_id = $1) a`,
      [organizationId],
    );
    expect(rows[0]).toMatchObject({ writers: 8, first: 1, last: 10_000 });
    // or they would not have been at it at once
    expect(rows[0].turns).toBeGreaterThan(50);
  }, 120_000);

  it('keeps an entry that is delivered twice, even at the same time, once', async () => {
    const organizationId = randomUUID();
    const twice = entry(organizationId);
    const deliver = () =>
      databases
        .inOrganization(organizationId)
        .events((em) => appendToAuditLog(em, [twice, entry(organizationId), twice]));
    await Promise.all([deliver(), deliver(), deliver()]);
    await deliver();
    expect(await verify(databases, organizationId)).toMatchObject({ entries: 5, faults: [] });
  });

  it('takes no place, time or hash from the writer', async () => {
    const organizationId = randomUUID();
    await databases.inOrganization(organizationId).events((em) =>
      em.execute(
        `insert into audit_log (id, organization_id, sequence, source, source_id, actor_kind, actor_name, action,
           subject_type, occurred_at, recorded_at, prev_hash, hash)
         values (gen_random_uuid(), ?, 77, 's', '1', 'role', 'x', 'a.b', 't', now(), '2001-01-01Z', 'p', 'h')`,
        [organizationId],
      ),
    );
    const { rows } = await admin.query('select * from audit_log where organization_id = $1', [
      organizationId,
    ]);
    expect(rows[0]).toMatchObject({ sequence: '1', prev_hash: '0'.repeat(64) });
    expect(rows[0].recorded_at.getFullYear()).toBeGreaterThan(2020);
    expect(await verify(databases, organizationId)).toMatchObject({ entries: 1, faults: [] });
  });

  it('chains what comes by plain SQL too, whatever a writer says of himself', async () => {
    const organizationId = randomUUID();
    await append(organizationId);
    await databases.inOrganization(organizationId).events(async (em) => {
      await em.execute(`select set_config('app.audit_procedure', 'append', true)`);
      await em.execute(
        `insert into audit_log (id, organization_id, sequence, source, source_id, actor_kind, actor_name, action,
           subject_type, occurred_at, prev_hash, hash)
         values (gen_random_uuid(), ?, 77, 's', '1', 'role', 'x', 'a.b', 't', now(), 'p', 'h')`,
        [organizationId],
      );
    });
    await append(organizationId);
    expect(await verify(databases, organizationId)).toMatchObject({
      entries: 3,
      faults: [],
      head: { sequence: 3 },
    });
  });

  it('takes nothing from who may only read', async () => {
    const reading = admin
      .query(`set session authorization analytics_readonly`)
      .then(() =>
        admin.query(
          `select set_config('app.organization_id', gen_random_uuid()::text, false), append_to_audit_log('[]')`,
        ),
      );
    await expect(reading).rejects.toThrow(/permission denied/);
    await admin.query('reset session authorization');
  });

  it('is written by an organisation for itself only, and read by it only', async () => {
    const [ours, theirs] = [randomUUID(), randomUUID()];
    await append(ours);
    const forged = databases.inOrganization(theirs).events((em) => appendToAuditLog(em, [entry(ours)]));
    await expect(forged).rejects.toThrow(/row-level security/);
    const seen = await databases.inOrganization(theirs).events((em) => em.execute('select 1 from audit_log'));
    expect(seen).toEqual([]);
    expect(await verify(databases, ours)).toMatchObject({ entries: 1, faults: [] });
  });

  it('can be neither changed nor emptied by the roles that log in', async () => {
    const organizationId = randomUUID();
    await append(organizationId);
    for (const url of [fresh.config.databaseUrls.events, fresh.config.maintenanceUrls.events]) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`select set_config('app.organization_id', $1, false)`, [organizationId]);
      await client.query(`select set_config('app.audit_procedure', 'prune', false)`);
      for (const statement of [
        `update audit_log set reason = 'another'`,
        'delete from audit_log',
        'truncate audit_log',
        'truncate audit_log cascade',
        'update audit_heads set sequence = 0',
        'delete from audit_heads',
        'truncate audit_heads',
        `insert into audit_heads values (gen_random_uuid(), 0, '', 0, '')`,
        'alter table audit_log disable trigger all',
        'drop trigger append_only on audit_log',
        'set session_replication_role = replica',
        `select prune_audit_log('${organizationId}', 1)`,
        `insert into change_log (id) values (gen_random_uuid())`,
        `update change_log set actor = '{}'`,
        'truncate change_log',
      ]) {
        await expect(client.query(statement), statement).rejects.toThrow(/permission denied|must be owner/);
      }
      await client.end();
    }
    expect(await verify(databases, organizationId)).toMatchObject({ entries: 1, faults: [] });
  });

  it('refuses its owner and the administrator too, but for the one procedure', async () => {
    const organizationId = randomUUID();
    await append(organizationId, 5);
    for (const statement of [
      `update audit_log set reason = 'another'`,
      'delete from audit_log',
      'truncate audit_log',
      'update audit_heads set sequence = 0',
      'delete from audit_heads',
      'truncate audit_heads',
    ]) {
      await expect(admin.query(statement), statement).rejects.toThrow(/append-only/);
      const asOwner = admin.query(
        `begin; set local role events_owner; set local app.organization_id = '${organizationId}'; ${statement}; commit`,
      );
      await expect(asOwner, statement).rejects.toThrow(/append-only/);
      await admin.query('rollback');
    }
    const { rows } = await admin.query('select prune_audit_log($1, 3)::int as removed', [organizationId]);
    expect(rows).toEqual([{ removed: 3 }]);
    await append(organizationId, 2);
    expect(await verify(databases, organizationId)).toMatchObject({
      entries: 4,
      head: { sequence: 7 },
      faults: [],
    });
    const cut = await databases.maintenance.events((em) => readHead(em, organizationId), oneMoment);
    const { baseHash: hash } = cut as NonNullable<typeof cut>;
    const against = (anchor: Anchor) =>
      databases.maintenance.events((em) => verifyAuditLog(em, organizationId, anchor), oneMoment);
    const base = { sequence: 3, hash };
    expect(await against(base)).toMatchObject({ base, faults: [] });
    expect(verdictLines('acme', await against(base))[0]).toMatch(
      /^✓ acme: 4 entries \(those up to 3 were pruned\)/,
    );
    for (const [anchor, problem] of [
      [{ sequence: 3, hash: 'f'.repeat(64) }, /the log was rewritten/],
      [{ sequence: 2, hash }, /cannot be compared: the entries up to 3 were pruned/],
    ] as const) {
      const verdict = await against(anchor);
      expect(verdict.faults).toMatchObject([
        { sequence: anchor.sequence, problem: expect.stringMatching(problem) },
      ]);
      expect(verdictLines('acme', verdict)[0]).toMatch(/^✗/);
    }
    await admin.query('select prune_audit_log($1, 100)', [organizationId]);
    await append(organizationId);
    expect(await verify(databases, organizationId)).toMatchObject({
      entries: 1,
      head: { sequence: 8 },
      faults: [],
    });
  });
});

describe('any single tampering is found:', () => {
  const entries = 12;
  const organizationId = randomUUID();
  const where = `organization_id = '${organizationId}'`;
  let columns: { name: string; type: string }[];

  beforeAll(async () => {
    // what is undone after each tampering should be little
    await admin.query(`set session_replication_role = replica; truncate audit_log; truncate audit_heads;
      set session_replication_role = origin`);
    await append(organizationId, entries, {
      requestId: 'r-1',
      actor: { kind: 'key', name: 'ci', id: randomUUID() },
    });
    const { rows } = await admin.query(
      `select attname as name, format_type(atttypid, null) as type from pg_attribute
        where attrelid = 'audit_log'::regclass and attnum > 0 and not attisdropped`,
    );
    columns = rows;
    expect(await verify(databases, organizationId)).toMatchObject({ entries, faults: [] });
  });

  /** What was found once a superuser past all triggers has done this; it is undone afterwards. */
  async function afterTampering(statement: string) {
    await admin.query('set session_replication_role = replica');
    await admin.query(
      'create temp table kept as table audit_log; create temp table kept_heads as table audit_heads',
    );
    try {
      const { rowCount } = await admin.query(statement);
      return { changed: rowCount ?? 0, ...(await verify(databases, organizationId)) };
    } finally {
      await admin.query(`delete from audit_log; delete from audit_heads; insert into audit_log table kept;
        insert into audit_heads table kept_heads; drop table kept; drop table kept_heads;
        set session_replication_role = origin`);
    }
  }

  const other: Record<string, (column: string) => string> = {
    uuid: () => 'gen_random_uuid()',
    bigint: (column) => `${column} + 1000`,
    jsonb: (column) => `${column} || '{"x": null}'`,
    text: () => `'worker'`,
    'timestamp with time zone': (column) => `${column} + interval '1 microsecond'`,
  };
  const changed = (column: { name: string; type: string }) =>
    (other[column.type] ?? ((name) => `substr(${name}, 2) || 'x'`))(column.name);
  const position = fc.integer({ min: 1, max: entries });

  it('another value, or none, in any column of any entry', async () => {
    const nullable = ['actor_id', 'subject_id', 'before', 'after', 'reason', 'request_id'];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...columns), position, fc.boolean(), async (column, at, erase) => {
        const value = erase && nullable.includes(column.name) ? 'null' : changed(column);
        const verdict = await afterTampering(
          `update audit_log set ${column.name} = ${value} where ${where} and sequence = ${at}`,
        );
        expect({ column, at, changed: verdict.changed }).toEqual({ column, at, changed: 1 });
        expect(verdict.faults).not.toEqual([]);
        // in another organisation, or at another place, what is left is the gap
        if (!['organization_id', 'sequence'].includes(column.name))
          expect(verdict.faults[0]?.sequence).toBe(at);
      }),
      { numRuns: 120 },
    );
  }, 120_000);

  it('every column, at the first, a middle and the last entry', async () => {
    for (const column of columns) {
      for (const at of [1, 6, entries]) {
        const verdict = await afterTampering(
          `update audit_log set ${column.name} = ${changed(column)} where ${where} and sequence = ${at}`,
        );
        expect({ column, at, found: verdict.faults.length > 0 }).toEqual({ column, at, found: true });
      }
    }
  }, 120_000);

  it('one that is removed, be it the last', async () => {
    for (let at = 1; at <= entries; at++) {
      const { faults } = await afterTampering(`delete from audit_log where ${where} and sequence = ${at}`);
      expect(faults).toHaveLength(1);
      expect(faults[0]?.problem).toContain(`${at} was removed`);
    }
    expect((await afterTampering(`delete from audit_log where ${where}`)).faults).toHaveLength(1);
  });

  it('two that are exchanged', async () => {
    await fc.assert(
      fc.asyncProperty(position, position, async (one, two) => {
        fc.pre(one !== two);
        const { faults } = await afterTampering(
          `update audit_log set sequence = -sequence where ${where} and sequence in (${one}, ${two});
           update audit_log set sequence = ${one} where ${where} and sequence = -${two};
           update audit_log set sequence = ${two} where ${where} and sequence = -${one}`,
        );
        expect(faults.map((fault) => fault.sequence)).toEqual(expect.arrayContaining([one, two]));
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it('one that is slipped in, at the end or between, with a right hash of its own', async () => {
    const copy = (sequence: string) => `
      insert into audit_log select (jsonb_populate_record(a, jsonb_build_object(
        'id', gen_random_uuid(), 'source_id', 'slipped in', 'sequence', ${sequence}, 'prev_hash', a.hash))).*
        from audit_log a where ${where} and sequence = ${entries};
      update audit_log a set hash = encode(sha256(convert_to(audit_line(a), 'UTF8')), 'hex') where source_id = 'slipped in'`;
    for (const sequence of [`${entries + 1}`, `${entries + 5}`, '0', '-3']) {
      expect((await afterTampering(copy(sequence))).faults, sequence).not.toEqual([]);
    }
    for (let at = 1; at <= entries; at++) {
      const moved = `update audit_log set sequence = -sequence where ${where} and sequence >= ${at};
        update audit_log set sequence = 1 - sequence where ${where} and sequence < 0;`;
      expect((await afterTampering(`${moved} ${copy(`${at}`)}`)).faults, `${at}`).not.toEqual([]);
    }
  });

  it('one that is changed and given the hash that fits', async () => {
    for (let at = 1; at <= entries; at++) {
      const { faults } = await afterTampering(
        `update audit_log set reason = 'another' where ${where} and sequence = ${at};
         update audit_log a set hash = encode(sha256(convert_to(audit_line(a), 'UTF8')), 'hex') where ${where} and sequence = ${at}`,
      );
      expect(faults, `${at}`).toHaveLength(1);
    }
  });

  it('a head that is changed or removed', async () => {
    for (const change of [
      'sequence = sequence - 1',
      'sequence = sequence + 1',
      `hash = repeat('a', 64)`,
      'base_sequence = 1',
      `base_hash = repeat('a', 64)`,
      'organization_id = gen_random_uuid()',
    ]) {
      const { faults } = await afterTampering(`update audit_heads set ${change} where ${where}`);
      expect(faults, change).not.toEqual([]);
    }
    expect((await afterTampering(`delete from audit_heads where ${where}`)).faults).not.toEqual([]);
  });

  it('and nothing is found where nothing was done', async () => {
    expect((await afterTampering('select 1')).faults).toEqual([]);
  });
});
