import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inScratchFolder, sweepScratchFolders } from '../src/scratch.ts';

let place: string;
const usual = process.env.TMPDIR;
beforeEach(async () => {
  place = await mkdtemp(path.join(os.tmpdir(), 'gsw-test-scratch-'));
  process.env.TMPDIR = place;
});
afterEach(async () => {
  if (usual === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usual;
  await rm(place, { recursive: true, force: true });
});

describe('a folder for the time of some work', () => {
  test('is there while the work goes on, and gone afterwards, also where it fails', async () => {
    const seen = await inScratchFolder(async (folder) => {
      await writeFile(path.join(folder, 'a'), '');
      return readdir(place);
    });
    expect(seen).toHaveLength(1);
    const failing = inScratchFolder(() => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await readdir(place)).toEqual([]);
  });

  test('that a killed process left is removed after a day, and nothing else is', async () => {
    const now = Date.now() / 1_000;
    const made: [string, number][] = [
      ['gsw-scratch-old', 25],
      ['gsw-scratch-new', 23],
      ['of-somebody-else', 1_000],
    ];
    for (const [name, hours] of made) {
      await mkdir(path.join(place, name));
      await writeFile(path.join(place, name, 'a'), '');
      await utimes(path.join(place, name), now - hours * 3_600, now - hours * 3_600);
    }
    await sweepScratchFolders();
    expect((await readdir(place)).sort()).toEqual(['gsw-scratch-new', 'of-somebody-else']);
  });
});
