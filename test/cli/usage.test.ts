import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryDataDir } from '../support/throwaway-server.ts';
import { gsw, sentence } from './gsw.ts';

const id = '0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b';
/** Port 1 is nobody's. */
const nobody = { GSW_URL: 'http://127.0.0.1:1', GSW_API_KEY: 'gsw_x' };

let folder: string;
beforeAll(async () => {
  folder = await temporaryDataDir();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('shows how it is used', async () => {
  const { code, stdout } = await gsw(['--help']);
  expect(code).toBe(0);
  for (const command of ['setup', 'start', 'worker', 'run', 'status', 'approve', 'reject', 'demo', 'key']) {
    expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
  }
});

it.each([
  [['nonsense'], /unknown command 'nonsense'/],
  [['run'], /missing required argument/],
  [['run', 'acme'], /OWNER\/REPO/],
  [['run', 'acme/widgets', '--on-validation-failure', 'cry'], /wait, fail/],
  [['run', 'acme/widgets', '--deadline', 'tomorrow'], /It should be a time such as/],
  [
    ['schedule', 'add', 'Nightly', 'acme/widgets', '--cron', '0 2 * * *', '--deadline', 'x'],
    /It should be a/,
  ],
  [['requirements', id], /--file/],
  [['demo', '--port', 'many'], /0 to 65535/],
  [['demo', '--repo', '/no/such/folder'], /no folder \/no\/such\/folder/],
  [['setup', 'rotate-passwords', '--dry-run'], /--dry-run belongs to `setup` alone/],
  [['setup', '--check', 'rotate-passwords', '--json'], /--check belongs to `setup` alone/],
  [['key', 'list', '--exports'], /--exports belongs to `key` alone/],
  [['worker', '--queues', 'linear,nonsense'], /no queue called nonsense; there are: .*linear/],
])('ends mistyped commands with 2: %j', async (args, message) => {
  const { code, stdout, stderr } = await gsw(args, { DATA_DIR: folder });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^gsw: /);
  expect(stderr).not.toMatch(/^ +at /m);
  expect([code, stdout]).toEqual([2, '']);
});

it.each([
  ['key', 'list', '--demo'],
  ['key', '--demo', 'create', 'x', '--role', 'admin'],
  ['list', '--demo'],
])('turns to the demo where it is told to, and to nothing else: %j', async (...args) => {
  const { code, stderr } = await gsw(args, { DATA_DIR: folder, ...nobody });
  expect(stderr).toMatch(/no demo/i);
  expect(code).toBe(1);
});

it('refuses requirements that are none, before it asks anybody', async () => {
  const given = async (name: string, content: string | Buffer) => {
    await writeFile(path.join(folder, name), content);
    return gsw(['run', 'acme/widgets', '-f', path.join(folder, name)], nobody);
  };
  expect(await gsw(['run', 'acme/widgets', '-f', '/no/such.md'], nobody)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^gsw: \/no\/such\.md cannot be read .*Markdown file\.\n$/),
  });
  expect(await given('empty.md', ' \n')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/empty\.md is empty; say in Markdown/),
  });
  expect(await given('long.md', 'ä'.repeat(100_001))).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/has 201 kB, .* at most 200 kB/),
  });
  expect(await given('image.md', Buffer.from([0x89, 0x50, 0xff, 0xfe]))).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/no text in UTF-8/),
  });
});

it('says how to start the API where none answers', async () => {
  for (const args of [
    ['status', id],
    ['approve', id],
    ['run', 'acme/widgets'],
  ]) {
    const { code, stdout, stderr } = await gsw(args, nobody);
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/No API answers at http:\/\/127\.0\.0\.1:1; start it with `.*start`/);
    expect([code, stdout]).toEqual([1, '']);
  }
});

it('says so where something else answers', async () => {
  const other = createServer((_request, response) => response.end('<h1>It works!</h1>'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await gsw(['status', id], { ...nobody, GSW_URL: `http://127.0.0.1:${port}` });
  other.close();
  expect(stderr).toMatch(/is not the API of gsw \(status 200\); mend GSW_URL\./);
  expect(code).toBe(1);
});

it('says where a key comes from', async () => {
  const env = { DATA_DIR: folder };
  expect(await gsw(['status', id], env)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/no API key in .*api-key.*setup.*GSW_API_KEY/),
  });
  expect(await gsw(['key', '--demo'], env)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/No demo has been started.*demo.*--keep/),
  });
});

it('names settings that are wrong', async () => {
  const { code, stderr } = await gsw(['status', id], { PORT: 'many', GSW_URL: 'nowhere' });
  expect(stderr).toMatch(/environment variables need mending:\n {2}PORT: .*\n {2}GSW_URL: /);
  expect(code).toBe(1);
});

it('says which git the demo needs', async () => {
  const bin = path.join(folder, 'bin');
  await mkdir(bin);
  const demo = () => gsw(['demo'], { DATA_DIR: folder, PATH: bin });
  expect(await demo()).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^gsw: There is no git on the PATH\. Install git 2\.38 or newer.*\n$/),
  });
  await writeFile(path.join(bin, 'git'), '#!/bin/sh\necho git version 2.30.2\n');
  await chmod(path.join(bin, 'git'), 0o755);
  expect(await demo()).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'gsw: git here is 2.30.2, and git 2.38 or newer is needed. Update it, then try again.\n',
  });
});

it('says so where its folder cannot be written', async () => {
  const file = path.join(folder, 'a-file');
  await writeFile(file, '');
  for (const command of ['demo', 'setup', 'start', 'worker']) {
    const { code, stdout, stderr } = await gsw([command], { DATA_DIR: path.join(file, 'data'), PORT: '0' });
    expect(stderr).toMatch(/cannot be (written|read).*DATA_DIR/);
    expect(stderr).not.toMatch(/^ +at /m);
    expect([code, stdout]).toEqual([1, '']);
  }
});

it('says so where Redis gives no way in', async () => {
  const env = { DATA_DIR: folder, PORT: '0', REDIS_URL: 'redis://me:hunter2@127.0.0.1:1' };
  const { code, stderr } = await gsw(['start'], env);
  expect(stderr).toMatch(/Redis at redis:\/\/127\.0\.0\.1:1 gives no way in \(.*ECONNREFUSED.*\)\. Start it/);
  expect(stderr).not.toContain('hunter2');
  expect(code).toBe(1);
});
