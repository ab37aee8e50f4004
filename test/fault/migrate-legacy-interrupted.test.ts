import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Ended, start } from '../cli/gsw.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { legacyData } from '../support/legacy/data.ts';
import { contentsOf, environmentOf, type LegacyPlace, legacyPlace } from '../support/legacy/place.ts';

let whole: FreshDatabases;
let interrupted: FreshDatabases;
let place: LegacyPlace;
let backups: string;
beforeAll(async () => {
  backups = await mkdtemp(path.join(tmpdir(), 'gsw-backups-'));
  whole = await freshDatabases();
  interrupted = await freshDatabases();
  place = await legacyPlace(whole, legacyData(1_000));
});
afterAll(async () => {
  await place?.drop();
  await whole?.drop();
  await interrupted?.drop();
  await rm(backups, { recursive: true, force: true });
});

const run = (fresh: FreshDatabases) =>
  start(['migrate-legacy', ...place.args, '--apply', '--json', '--backups', backups], environmentOf(fresh));

function workflowsOf({ stdout }: Ended): number {
  const { tables } = JSON.parse(stdout) as { tables: { source: string; mapped: number }[] };
  const ofTables = tables.filter(({ source }) => source.endsWith('.workflow_executions'));
  return ofTables.reduce((total, { mapped }) => total + mapped, 0);
}

it('a thousand executions, killed again and again while they are migrated, come out as if never killed', async () => {
  const began = Date.now();
  const uninterrupted = await run(whole).ended;
  const took = Date.now() - began;
  expect(uninterrupted).toMatchObject({ code: 0 });
  expect(workflowsOf(uninterrupted)).toBe(1_000);

  let killed = 0;
  let ended: Ended | undefined;
  for (let attempt = 0; attempt < 30 && ended?.code !== 0; attempt++) {
    const running = run(interrupted);
    // anywhere, most often while rows are being written; as what was done counts, later runs need less, and the first
    // ones are not to come to the end by themselves
    const [least, most] = attempt < 3 ? [0.05, 0.2] : [0.1, 0.45];
    const patience = attempt < 8 ? randomInt(Math.floor(took * least), Math.floor(took * most)) : 600_000;
    const mercy = sleep(patience).then(() => running.kill('SIGKILL'));
    ended = await Promise.race([running.ended, mercy.then(() => running.ended)]);
    if (ended.code === null) killed += 1;
  }
  expect(killed).toBeGreaterThanOrEqual(3);
  expect(ended).toMatchObject({ code: 0 });
  expect(workflowsOf(ended as Ended)).toBe(1_000);

  const [expected, found] = [await contentsOf(whole), await contentsOf(interrupted)];
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [table, rows] of Object.entries(expected)) {
    // table by table, so that a difference can be read
    expect({ table, rows: found[table] }).toEqual({ table, rows });
  }
}, 900_000);
