import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withinReach } from '../../src/databases/embedded-binaries.ts';
import { temporaryDataDir } from '../support/throwaway-server.ts';

/** Anybody who is not root. */
const account = { uid: 65534, gid: 65534 };

let dataDir: string;
let home: string;
beforeEach(async () => {
  dataDir = await temporaryDataDir();
  home = await mkdtemp(path.join(os.tmpdir(), 'gsw-programs-'));
});
afterEach(async () => {
  for (const folder of [dataDir, home]) await rm(folder, { recursive: true, force: true });
});

async function install() {
  const bin = path.join(home, 'native', 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(path.join(home, 'package.json'), '{"version": "1.2.3"}');
  const [postgres, initdb, pg_ctl] = ['postgres', 'initdb', 'pg_ctl'].map((name) => path.join(bin, name));
  const programs = { postgres, initdb, pg_ctl } as Record<'postgres' | 'initdb' | 'pg_ctl', string>;
  for (const program of Object.values(programs)) await writeFile(program, '#!/bin/sh\n', { mode: 0o755 });
  return programs;
}

const isRoot = process.getuid?.() === 0;

it.runIf(isRoot)('copies the programs, once, to where the account can run them', async () => {
  const installed = await install();
  const copies = path.join(dataDir, 'postgres-programs-1.2.3', 'bin');
  const [one, other] = await Promise.all([
    withinReach(account, dataDir, installed),
    withinReach(account, dataDir, installed),
  ]);
  expect(one).toEqual({
    postgres: path.join(copies, 'postgres'),
    initdb: path.join(copies, 'initdb'),
    pg_ctl: path.join(copies, 'pg_ctl'),
  });
  expect(other).toEqual(one);
  expect(await readdir(dataDir)).toEqual(['postgres-programs-1.2.3']);
});

it.runIf(isRoot)('leaves programs where they are that the account can run', async () => {
  const installed = await install();
  await chmod(home, 0o755);
  expect(await withinReach(account, dataDir, installed)).toBe(installed);
  expect(await readdir(dataDir)).toEqual([]);
});
