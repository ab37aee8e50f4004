import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryDataDir } from '../support/throwaway-server.ts';
import { gsw, sentence } from './gsw.ts';

let env: { DATA_DIR: string };
let other: { DATA_DIR: string };
let folder: string;
beforeAll(async () => {
  env = { DATA_DIR: await temporaryDataDir() };
  other = { DATA_DIR: await temporaryDataDir() };
  folder = path.join(await temporaryDataDir(), 'backup');
  expect((await gsw(['setup'], env)).code).toBe(0);
}, 120_000);
afterAll(async () => {
  for (const one of [env.DATA_DIR, other.DATA_DIR, path.dirname(folder)])
    await rm(one, { recursive: true, force: true });
});

it('asks what to do with a backup', async () => {
  const { code, stderr } = await gsw(['backup'], env);
  expect([code, stderr]).toEqual([2, expect.stringMatching(sentence)]);
});

it('backs up, checks, and restores on a machine where nothing is set up', async () => {
  const made = await gsw(['backup', '--to', folder], env);
  expect(made).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('eight snapshots lie') });
  const secrets = JSON.parse(await readFile(path.join(env.DATA_DIR, 'secrets.json'), 'utf8'));
  for (const secret of Object.values(secrets)) expect(made.stderr).not.toContain(secret);

  const checked = await gsw(['backup', '--verify', folder, '--json'], other);
  expect(JSON.parse(checked.stdout)).toMatchObject({ folder, faults: [] });

  const restored = await gsw(['restore', '--from', folder], other);
  expect(restored).toMatchObject({ code: 0, stderr: expect.stringContaining('workflows_db: restored') });
  expect(restored.stderr).toContain('API key: a new one');
  const preview = await gsw(['data', 'erase', '--organization', 'default'], other);
  expect(preview.stdout).toMatch(/projects_db\.api_keys\t2/);

  const refused = await gsw(['restore', '--from', folder], env);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('These tables hold rows') });
  expect((await gsw(['restore', '--from', folder, '--force'], env)).code).toBe(0);
}, 240_000);

it('says which file of a backup is damaged, and restores nothing of it', async () => {
  const file = path.join(folder, 'projects_db', 'organizations.copy.zst');
  const whole = await readFile(file);
  await writeFile(file, whole.subarray(1));
  for (const args of [
    ['backup', '--verify', folder],
    ['restore', '--from', folder, '--force'],
  ]) {
    const { code, stderr } = await gsw(args, other);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/organizations\.copy\.zst/)]);
  }
  await writeFile(file, whole);
}, 120_000);

it('hands out what an organisation has, and removes it only when told twice', async () => {
  const to = path.join(path.dirname(folder), 'export');
  const exported = await gsw(['data', 'export', '--organization', 'default', '--to', to], other);
  expect(exported).toMatchObject({ code: 0, stdout: '' });
  const keys = await readFile(path.join(to, 'projects_db', 'api_keys.ndjson'), 'utf8');
  expect(keys.trim().split('\n')).toHaveLength(2);
  expect(keys).not.toContain('key_hash');

  const mistyped = await gsw(['data', 'erase', '--organization', 'default', '--confirm', 'defualt'], other);
  expect(mistyped).toMatchObject({ code: 2, stderr: expect.stringMatching(sentence) });
  const unknown = await gsw(['data', 'erase', '--organization', 'nobody', '--confirm', 'nobody'], other);
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringMatching(sentence) });

  const erased = await gsw(
    ['data', 'erase', '--organization', 'default', '--confirm', 'default', '--json'],
    other,
  );
  expect(erased.code).toBe(0);
  const { recordFile, rows } = JSON.parse(erased.stdout);
  expect(rows).toBeGreaterThanOrEqual(3);
  expect(existsSync(recordFile)).toBe(true);
  const gone = await gsw(['data', 'erase', '--organization', 'default'], other);
  expect(gone).toMatchObject({ code: 1, stderr: 'gsw: There is no organisation "default".\n' });
}, 240_000);
