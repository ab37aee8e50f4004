import { describe, expect, it } from 'vitest';
import { stages as ours } from '../../jobs/workflow.ts';
import { databaseNames } from '../../src/config.ts';
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
