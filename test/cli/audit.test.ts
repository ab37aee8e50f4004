import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { adminUrl, openServer, type Server } from '../../src/databases/server.ts';
import { temporaryDataDir } from '../support/throwaway-server.ts';
import { gsw } from './gsw.ts';

let env: { DATA_DIR: string };
let server: Server | undefined;
beforeAll(async () => {
  env = { DATA_DIR: await temporaryDataDir() };
  server = await openServer(readConfig(env));
  await gsw(['setup'], env);
});
afterAll(async () => {
  await server?.stop();
  await rm(env.DATA_DIR, { recursive: true, force: true });
});

async function asAdmin(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl(server as Server, 'events_db') });
  await client.connect();
  await client.query(`set session_replication_role = replica; ${sql}`);
  await client.end();
}

const hashOf = (line: string) => createHash('sha256').update(line).digest('hex');

it('audits an installation from its first key on: list, export that proves itself, verify', async () => {
  const listed = await gsw(['audit', 'list', '--limit', '1000'], env);
  for (const action of ['organizations.inserted', 'api_keys.inserted']) {
    expect(listed.stdout).toMatch(new RegExp(`  person \\S+  ${action}  `));
  }
  expect((await gsw(['audit', 'list', '--limit', '2'], env)).stdout.match(/\n/g)).toHaveLength(2);
  expect(listed.code).toBe(0);

  const { stdout, code } = await gsw(['audit', 'export', '--organization', 'default'], env);
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  const { head } = JSON.parse(lines.pop() as string);
  expect(lines).toHaveLength(head.sequence);
  expect(hashOf(lines.at(-1) as string)).toBe(head.hash);
  for (const [index, line] of lines.slice(1).entries()) {
    expect(JSON.parse(line).prevHash).toBe(hashOf(lines[index] as string));
  }

  const sound = await gsw(
    ['audit', 'verify', '--anchor', `${head.sequence}:${head.hash}`, '--organization', 'default'],
    env,
  );
  expect(sound).toMatchObject({ code: 0, stderr: '' });
  expect(sound.stdout).toBe(`✓ default: ${head.sequence} entries, head ${head.sequence}:${head.hash}\n`);
}, 120_000);

it('says what it found, and ends with 1', async () => {
  await asAdmin(`update audit_log set actor_name = 'nobody' where sequence = 1`);
  const found = await gsw(['audit', 'verify'], env);
  expect(found.stdout).toMatch(/^✗ default: \d+ entries\n {2}entry 1 was changed: its hash is another\n$/);
  expect(found.stderr).toMatch(/^gsw: The audit log of 1 organisation is not as it was written\./);
  expect(found.code).toBe(1);
  const json = await gsw(['audit', 'verify', '--json'], env);
  expect(JSON.parse(json.stdout)).toMatchObject([{ slug: 'default', faults: [{ sequence: 1 }] }]);
  expect(json.code).toBe(1);
}, 120_000);

it('finds a log that was written anew from its first entry, by an anchor', async () => {
  const anchor = JSON.parse((await gsw(['audit', 'verify', '--json'], env)).stdout)[0].head;
  await asAdmin(`do $$ declare entry audit_log; previous text := repeat('0', 64); begin
    for entry in select * from audit_log order by sequence loop
      entry.prev_hash := previous;
      previous := encode(sha256(convert_to(audit_line(entry), 'UTF8')), 'hex');
      update audit_log set prev_hash = entry.prev_hash, hash = previous where id = entry.id;
    end loop;
    update audit_heads set hash = previous;
  end $$`);
  expect((await gsw(['audit', 'verify'], env)).code).toBe(0);
  const found = await gsw(
    ['audit', 'verify', '--organization', 'default', '--anchor', `${anchor.sequence}:${anchor.hash}`],
    env,
  );
  expect(found.stdout).toContain('is not the entry that was noted as anchor: the log was rewritten');
  expect(found.code).toBe(1);
}, 120_000);

it('asks for what is mistyped', async () => {
  for (const args of [
    ['audit', 'verify', '--anchor', 'x', '--organization', 'default'],
    ['audit', 'verify', '--anchor', `1:${'a'.repeat(64)}`],
    ['audit', 'export', '--organization', 'nowhere'],
    ['audit', 'list', '--limit', '0'],
  ]) {
    expect((await gsw(args, env)).code, args.join(' ')).toBe(2);
  }
}, 120_000);
