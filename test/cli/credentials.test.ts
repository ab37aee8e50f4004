import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { openSystem } from '../../src/main.ts';
import { temporaryDataDir } from '../support/throwaway-server.ts';
import { type Ended, gsw, type Running, sentence, start } from './gsw.ts';

const canary = 'ghp_CanaryCanaryCanaryCanary9876';
let env: { DATA_DIR: string; PORT: string };
let running: Running;
beforeAll(async () => {
  env = { DATA_DIR: await temporaryDataDir(), PORT: '0' };
  running = start(['start', '--no-worker'], env);
  await running.until(/✓ API/);
}, 120_000);
afterAll(async () => {
  running.kill('SIGTERM');
  await running.ended;
  await rm(env.DATA_DIR, { recursive: true, force: true });
});

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** With something on stdin. */
function piped(args: string[], input: string): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env.PATH ?? '', ...env } });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    said.stdout += text;
  });
  child.stderr.on('data', (text) => {
    said.stderr += text;
  });
  child.stdin.end(input);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })));
}

it('keeps a value from stdin or a variable, lists it without showing it, and revokes it', async () => {
  const kept = await piped(['credentials', 'set', 'github_token', '--expires', '2030-01-31'], `${canary}\n`);
  expect(kept.stderr).toMatch(/✓ kept github_token "default" {2}…9876 {2}active {2}expires 2030-01-31/);
  expect(kept.code).toBe(0);
  const codegen = [
    'credentials',
    'set',
    'codegen_key',
    '--from-env',
    'TOKEN',
    '--setting',
    'organizationId=7',
  ];
  const fromEnv = await gsw([...codegen, '--json'], { ...env, TOKEN: `${canary}0001` });
  expect(JSON.parse(fromEnv.stdout)).toMatchObject({ kind: 'codegen_key', lastFour: '0001', woken: 0 });

  const listed = await gsw(['credentials', 'list', '--json'], env);
  expect(
    JSON.parse(listed.stdout)
      .map((one: { kind: string }) => one.kind)
      .sort(),
  ).toEqual(['codegen_key', 'github_token']);
  // nobody is asked with a secret that only checks what others send
  const hook = await piped(['credentials', 'set', 'github_webhook_secret'], `${canary}hook`);
  expect(hook.code).toBe(0);
  const untried = await gsw(['credentials', 'test', 'github_webhook_secret'], env);
  expect(untried).toMatchObject({ code: 0, stderr: expect.stringMatching(/^✓ .* was not tried: /) });
  expect((await gsw(['credentials', 'revoke', 'github_webhook_secret'], env)).code).toBe(0);
  const revoked = await gsw(['credentials', 'revoke', 'github_token'], env);
  expect(revoked).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/is revoked and its value destroyed/),
  });
  expect((await gsw(['credentials', 'list'], env)).stdout).toMatch(/revoked \(revoked by gsw credentials\)/);
  for (const ended of [kept, fromEnv, listed, revoked])
    expect(ended.stdout + ended.stderr).not.toContain('Canary');
}, 120_000);

it('refuses what is mistyped or cannot be, without repeating it', async () => {
  for (const [args, value, words, code] of [
    [['set', 'github_tokens'], canary, /Allowed choices are github_app/, 2],
    [['set', 'github_token'], '', /There is no value/, 1],
    [
      ['set', 'github_app', '--setting', 'appId=1', '--setting', 'installationId=2'],
      canary,
      /no RSA private key/,
      1,
    ],
    [['set', 'github_app'], canary, /needs the setting appId/, 1],
    [['set', 'github_token', '--expires', 'soon'], canary, /'soon' is invalid. Write it as 2027-01-31/, 2],
    [['set', 'github_token', '--setting', 'appId'], canary, /'appId' is invalid. Write it as key=value/, 2],
    [['test', 'slack_token'], '', /There is no slack_token called "default"/, 1],
    [['list', '-o', 'nobody'], '', /no organisation called "nobody"/, 2],
    [['revoke', 'slack_token'], '', /There is no slack_token called "default"/, 1],
  ] as const) {
    const ended = await piped(['credentials', ...args], value);
    expect(ended.stderr).toMatch(words);
    if (code === 1) expect(ended.stderr).toMatch(sentence);
    expect(ended.code).toBe(code);
    expect(ended.stdout + ended.stderr).not.toContain('Canary');
  }
}, 120_000);

it('makes a new master key, puts all under it, keeps the old one and forgets those before', async () => {
  const secrets = async () => JSON.parse(await readFile(path.join(env.DATA_DIR, 'secrets.json'), 'utf8'));
  const before = await secrets();
  const ended = await gsw(['credentials', 'rotate-master', '--json'], env);
  expect(JSON.parse(ended.stdout)).toMatchObject({ rewrapped: 1, stuck: [], stillNeeded: [], done: true });
  const after = await secrets();
  expect(after.vault_master_key).not.toBe(before.vault_master_key);
  expect(after.vault_previous_master_keys).toBe(before.vault_master_key);
  expect(JSON.stringify(ended)).not.toContain(after.vault_master_key);
  expect((await gsw(['credentials', 'rotate-master'], env)).code).toBe(0);
  expect((await secrets()).vault_previous_master_keys).toBe(after.vault_master_key);
  expect((await gsw(['credentials', 'revoke', 'codegen_key'], env)).code).toBe(0);
}, 120_000);

it('makes no second master key while another rotation is at work', async () => {
  const file = path.join(env.DATA_DIR, 'secrets.json');
  const before = await readFile(file, 'utf8');
  const system = await openSystem(readConfig(env));
  const refused = await system.engine.databases.maintenance.projects(async (em) => {
    await em.execute('select pg_advisory_xact_lock(?)', [0x67737709]);
    return gsw(['credentials', 'rotate-master'], env);
  });
  await system.close();
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('Another rotation is at work');
  expect(await readFile(file, 'utf8')).toBe(before);
}, 120_000);
