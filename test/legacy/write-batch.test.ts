import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Applied } from '../../src/legacy/apply.ts';
import { closeTargets, openTargets, type Targets } from '../../src/legacy/target.ts';
import { writeBatch } from '../../src/legacy/write.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let targets: Targets;
beforeAll(async () => {
  fresh = await freshDatabases();
  targets = await openTargets(fresh.config.maintenanceUrls);
});
afterAll(async () => {
  await closeTargets(targets ?? {});
  await fresh?.drop();
});

const table = { database: 'learning', name: 'learning_models' } as Parameters<typeof writeBatch>[1];

function model(id: string, organizationId: string, parent: string | null): Applied {
  const row = {
    id,
    organization_id: organizationId,
    name: `model ${id}`,
    model_type: 'custom',
    algorithm: 'custom',
    parent_model_id: parent,
    created_at: '2025-01-01 00:00:00+00',
    updated_at: '2025-01-01 00:00:00+00',
  };
  return {
    row: { ...row },
    key: id,
    organizationId,
    outcome: 'mapped',
    reason: null,
    before: [],
    write: { target: 'learning.learning_models', row, from: ['parent_model_id'] },
    after: [],
    rest: {},
    assumed: [],
    secrets: [],
  };
}

test('a batch that was written before keeps the same besides, whichever way its rows refer to each other', async () => {
  const [ours, theirs, nowhere] = [randomUUID(), randomUUID(), randomUUID()];
  const [first, second, third, fourth, fifth] = [1, 2, 3, 4, 5].map(() => randomUUID()) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const batch = () => [
    model(first, ours, fourth), // comes later: the two go round in a circle
    model(second, ours, third), // another organisation's, later
    model(third, theirs, first), // another organisation's, earlier
    model(fourth, ours, first),
    model(fifth, ours, nowhere),
  ];
  const once = await writeBatch(targets, table, batch());
  const again = await writeBatch(targets, table, batch());
  expect(again).toEqual(once);
  expect(
    once.kept.map(({ sourceId, reason }) => [sourceId, reason.replace(/^.*parent_model_id \S+ /, '')]),
  ).toEqual([
    [first, 'is not there'],
    [second, "is another organisation's"],
    [third, "is another organisation's"],
    [fifth, 'is not there'],
  ]);
  const { rows } = await targets.learning.client.query(
    'select id, parent_model_id as parent from learning_models where parent_model_id is not null',
  );
  expect(rows).toEqual([{ id: fourth, parent: first }]);
});
