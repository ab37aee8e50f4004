import { readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { temporaryDataDir } from '../support/throwaway-server.ts';
import { gsw, type Running, sentence, start } from './gsw.ts';

// many processes start
vi.setConfig({ testTimeout: 240_000 });

let env: { DATA_DIR: string; PORT: string };
const running: Running[] = [];
beforeAll(async () => {
  env = { DATA_DIR: await temporaryDataDir(), PORT: '0' };
});
afterAll(async () => {
  for (const one of running.toReversed()) {
    one.kill('SIGTERM');
    await one.ended;
  }
  await rm(env.DATA_DIR, { recursive: true, force: true });
});

function begin(args: string[], more: Record<string, string> = {}): Running {
  const one = start(args, { ...env, ...more });
  running.push(one);
  return one;
}

it('asks for setup before a worker may start', async () => {
  const { code, stdout, stderr } = await gsw(['worker'], env);
  expect(stderr).toMatch(/^gsw: Nothing is set up in .* yet\. Run `.*setup` or `.*start` first\.\n$/);
  expect([code, stdout]).toEqual([1, '']);
});

it('sets up, and may be repeated', async () => {
  const first = await gsw(['setup'], env);
  expect(first.stderr).toMatch(/✓ task_db: applied Migration/);
  expect(first).toMatchObject({ code: 0, stdout: '' });
  const keyFile = path.join(env.DATA_DIR, 'api-key');
  const key = await readFile(keyFile, 'utf8');
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
  expect(first.stderr).not.toContain(key.trim());

  const second = await gsw(['setup'], env);
  expect(second.stderr.match(/_db: up to date/g)).toHaveLength(8);
  expect(second.code).toBe(0);
  expect(await readFile(keyFile, 'utf8')).toBe(key);
  expect(await gsw(['key'], env)).toEqual({ code: 0, stdout: key, stderr: '' });
});

it('says so where its port is taken', async () => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
  const address = squatter.address();
  const port = String(address && typeof address === 'object' ? address.port : 0);
  for (const [args, given] of [
    [['start'], { PORT: port }],
    [['demo', '--port', port], {}],
  ] as const) {
    const { code, stderr } = await gsw([...args], { ...env, ...given });
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(new RegExp(`Port ${port} .*another process`));
    expect(code).toBe(1);
  }
  squatter.close();
});

it('serves API and workers, tells why a workflow failed, and drains when asked to stop', async () => {
  const api = begin(['start', '--no-worker']);
  const [, url = ''] = await api.until(/API +(http\S+)\/v1\/workflows/);
  const client = { ...env, GSW_URL: url };
  const put = await gsw(['run', 'acme/widgets', '--json'], client);
  expect(JSON.parse(put.stdout)).toMatchObject({ repository: 'acme/widgets', status: 'queued' });
  expect(put.code).toBe(0);

  const worker = begin(['worker']);
  await worker.until(/serves all \d+ queues/);
  expect(worker.output()).toMatch(/GITHUB_TOKEN is not set/);
  const waited = await gsw(['run', 'acme/widgets', '--wait'], client);
  expect(waited.stdout).toMatch(/^[0-9a-f-]{36}\n$/);
  expect(waited.stderr).toMatch(/The workflow failed at project selection: GITHUB_TOKEN is not set/);
  expect(waited.code).toBe(1);
  const status = await gsw(['status', waited.stdout.trim()], client);
  expect(status.stdout).toMatch(/✗ 1 {2}project selection/);
  expect(status.stderr).toMatch(/GITHUB_TOKEN is not set/);
  expect(status.code).toBe(0);

  const over = await gsw(['approve', waited.stdout.trim()], client);
  expect(over.stderr).toMatch(/is failed already; it takes no approve\.\n$/);
  expect(over.code).toBe(1);

  worker.kill('SIGTERM');
  expect(await worker.ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/Stopped\.\n$/) });
  const pressedAt = performance.now();
  api.kill('SIGINT');
  // npm passes a terminal's Ctrl-C on once more: that is no second request, unless it comes much later
  await sleep(50);
  if (performance.now() - pressedAt < 500) api.kill('SIGINT');
  expect(await api.ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/Stopped\.\n$/) });
});
