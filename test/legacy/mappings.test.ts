import { describe, expect, it } from 'vitest';
import { stages as ours } from '../../jobs/workflow.ts';
import { databaseNames } from '../../src/config.ts';
import { goldenSchema } from '../../src/databases/golden-schema.ts';
import { knownColumns } from '../../src/legacy/apply.ts';
import { mappings } from '../../src/legacy/catalogue.ts';
import { quarantined } from '../../src/legacy/mappings/quarantined.ts';
import { outcomeOf, stageOf, stages } from '../../src/legacy/stages.ts';
import { legacyDatabase } from '../support/legacy/layout.ts';

const tables = databaseNames.flatMap((database) =>
  legacyDatabase(database).tables.map((table) => ({ name: `${database}.${table.name}`, table })),
);
const bySource = new Map(mappings.map((mapping) => [mapping.source as string, mapping]));

describe('the mappings', () => {
  it('speak of all 72 tables of the earlier system, each once', () => {
    expect(tables).toHaveLength(72);
    expect(bySource.size).toBe(mappings.length);
    const spoken = [...bySource.keys(), ...Object.keys(quarantined)].sort();
    expect(spoken).toEqual(tables.map(({ name }) => name).sort());
    for (const reason of Object.values(quarantined)) expect(reason).toMatch(/\w+ \w+/);
  });

  it.each(tables.filter(({ name }) => bySource.has(name)))(
    'speak of every column of $name and of no other',
    ({ name, table }) => {
      const mapping = bySource.get(name);
      if (!mapping) throw new Error(`${name} is not mapped`);
      const known = knownColumns(mapping);
      const there = new Set(table.columns.map((column) => column.name));
      expect([...there].filter((column) => !known.has(column))).toEqual([]);
      // the eight tables of organisations and of users have one mapping for all
      if (!/\.(organizations|users)$/.test(name)) {
        expect([...known].filter((column) => column !== 'organization_id' && !there.has(column))).toEqual([]);
      }
      for (const reason of Object.values(mapping.leftOut)) expect(reason).toMatch(/\w+ \w+/);
    },
  );
});

describe('what rows become', () => {
  const targets = mappings.flatMap(({ target, columns, before = [], after = [] }) => [
    { target, columns: Object.keys(columns) },
    ...[...before, ...after].map((companion) => ({ target: companion.target, columns: [] })),
  ]);

  it.each(databaseNames)('is in tables and columns that %s_db has', async (database) => {
    const tables = new Map<string, string[]>();
    for (const line of await goldenSchema(database)) {
      const [, table = '', column = ''] = /^column (\w+)\.(\w+)/.exec(line) ?? [];
      tables.set(table, [...(tables.get(table) ?? []), column]);
    }
    for (const { target, columns } of targets.filter(({ target }) => target.startsWith(`${database}.`))) {
      const there = tables.get(target.slice(database.length + 1));
      expect({ target, isThere: there !== undefined }).toEqual({ target, isThere: true });
      expect({ target, missing: columns.filter((column) => !there?.includes(column)) }).toEqual({
        target,
        missing: [],
      });
    }
  });
});

describe('stages and states', () => {
  it('lead every stage of the four lists to one of the eight', () => {
    expect(stages).toEqual(ours.map(({ name }) => name));
    const lists = (['task', 'workflows'] as const).flatMap(
      (database) => legacyDatabase(database).enums.get('workflow_stage') ?? [],
    );
    expect(lists.filter((stage) => stage !== 'error' && stageOf[stage] === undefined)).toEqual([]);
  });

  it.each(['running', 'active', 'paused', 'pending', 'Done (manually)', '', null])(
    'let nothing run on that was %s',
    (status) => {
      expect(outcomeOf(status)).toMatchObject({
        status: 'failed',
        reason: expect.stringContaining('unfinished'),
      });
    },
  );
});
