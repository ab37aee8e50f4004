import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';

const root = path.resolve(import.meta.dirname, '../..');
const stage = `import { defineStage } from '../../src/engine/define.ts';

/** Tells somebody that it is done. */
export const notification = defineStage({
  name: 'notification',
  async run({ announce }) {
    await announce('told', 'workflow.notified', {});
  },
});
`;

let fresh: FreshDatabases;
let engine: TestEngine;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterEach(() => engine.close());
afterAll(() => fresh.drop());

test('a ninth stage is one new file and one line in the list', async () => {
  const copy = mkdtempSync(path.join(os.tmpdir(), 'gsw-ninth-'));
  for (const folder of ['jobs', 'src', 'entities']) {
    cpSync(path.join(root, folder), path.join(copy, folder), { recursive: true });
  }
  cpSync(path.join(root, 'package.json'), path.join(copy, 'package.json'));
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  try {
    writeFileSync(path.join(copy, 'jobs/stages/notification.ts'), stage);
    const list = path.join(copy, 'jobs/workflow.ts');
    const line = `export const stages = [(await import('./stages/notification.ts')).notification,`;
    writeFileSync(list, readFileSync(list, 'utf8').replace('export const stages = [', line));
    const print = `import('${list}').then(({ catalogue }) => console.log(catalogue.stages.length, catalogue.stages[0].name))`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', print], { encoding: 'utf8' });
    expect(said.trim()).toBe('9 notification');

    // And it runs: its queue, rows and place in the order come from the list alone.
    const { notification } = await import(path.join(copy, 'jobs/stages/notification.ts'));
    const eighth = { name: 'eighth', run: async () => {} };
    engine = testEngine(fresh, 'PostgreSQL', { stages: [eighth, notification] });
    engine.work();
    const id = await engine.enqueue();
    expect((await engine.until(id, ['completed', 'failed'])).status).toBe('completed');
    expect((await engine.stages(id)).map((one) => `${one.stage} ${one.status}`)).toEqual([
      'eighth completed',
      'notification completed',
    ]);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
