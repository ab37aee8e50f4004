import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { changeSecrets, knownSecrets } from '../../src/databases/secrets-file.ts';
import { temporaryDataDir } from '../support/throwaway-server.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await temporaryDataDir();
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** A process that is in the middle of a change for so long. */
async function changing(ms: number) {
  const file = new URL('../../src/databases/secrets-file.ts', import.meta.url).href;
  const program = `
    import { writeSync } from 'node:fs';
    import { changeSecrets } from '${file}';
    await changeSecrets(process.argv[1], (values) => {
      writeSync(1, 'at it');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.argv[2]));
      values.theirs = 'kept';
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, dataDir, String(ms)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return { child, ended: once(child, 'exit') };
}

it('a change waits for one that is under way, however long that takes, and neither is lost', async () => {
  const { ended } = await changing(7_000);
  await changeSecrets(dataDir, (values) => void Object.assign(values, { ours: 'kept' }));
  await ended;
  expect(await knownSecrets(dataDir)).toEqual({ theirs: 'kept', ours: 'kept' });
}, 60_000);

it('a change whose process was killed holds up no other', async () => {
  const { child, ended } = await changing(60_000);
  child.kill('SIGKILL');
  await ended;
  const begun = Date.now();
  await changeSecrets(dataDir, (values) => void Object.assign(values, { ours: 'kept' }));
  expect(Date.now() - begun).toBeLessThan(4_000);
  expect(await knownSecrets(dataDir)).toEqual({ ours: 'kept' });
}, 60_000);
