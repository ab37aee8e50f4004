import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ApiProblem, ApiUnreachable, GswClient } from '../../src/client/index.ts';
import { type TestApi, testApi } from '../http/api.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestSystem, testSystem } from '../support/system.ts';

const root = path.resolve(import.meta.dirname, '../..');
const requirements = '# One\n\n- Add greeting/hello.md that greets the reader.\n';

describe('the client', () => {
  let fresh: FreshDatabases;
  let system: TestSystem;
  let api: TestApi;
  let gsw: GswClient;
  beforeAll(async () => {
    fresh = await freshDatabases();
    system = await testSystem(fresh, 'PostgreSQL');
    api = await testApi(system);
    gsw = new GswClient({ url: `${api.url}/`, apiKey: api.key });
  });
  afterAll(async () => {
    await api.close();
    await system.close();
    await fresh.drop();
  });
  const repository = () => `${system.repository.owner}/${system.repository.name}`;

  test('puts in, lists, signals and waits', async () => {
    const before = await gsw.workflows.enqueue({ repository: repository() }, { idempotencyKey: 'order-1' });
    const again = await gsw.workflows.enqueue({ repository: repository() }, { idempotencyKey: 'order-1' });
    expect(again.id).toBe(before.id);
    for (const name of ['two', 'three']) await gsw.workflows.enqueue({ repository: repository(), name });
    const names: string[] = [];
    for await (const { name } of gsw.workflows.list({ limit: 1 })) names.push(name);
    expect(names.slice(0, 2)).toEqual(['three', 'two']);
    expect(names.length).toBe(3);
    await gsw.workflows.signal(before.id, { type: 'cancel', reason: 'not wanted' });
    system.work();
    expect((await gsw.workflows.wait(before.id, { everyMs: 50 })).status).toBe('cancelled');
    const asked = await gsw.workflows.enqueue({ repository: repository(), requirements });
    expect((await gsw.workflows.wait(asked.id, { everyMs: 50, untilAsked: true })).signals.gate).toBe('plan');
    await expect(gsw.workflows.wait(asked.id, { signal: AbortSignal.timeout(100) })).rejects.toThrow(
      /abort|timeout/i,
    );
  }, 60_000);

  test('has a method for schedules, sources and limits', async () => {
    const schedule = await gsw.schedules.create({
      name: 'nightly',
      cron: '0 4 * * *',
      workflow: { repository: repository() },
    });
    expect((await gsw.schedules.disable(schedule.id)).enabled).toBe(false);
    await expect(gsw.schedules.change(schedule.id, { name: 'other' }, { version: 1 })).rejects.toMatchObject({
      status: 412,
      kind: 'changed-meanwhile',
    });
    await gsw.schedules.remove(schedule.id);
    expect((await gsw.schedules.list()).items).toEqual([]);
    const source = await gsw.sources.create({ name: 'hooks', provider: 'github' });
    expect(source.secret).toMatch(/^\S{43}$/);
    expect((await gsw.sources.change(source.id, { isActive: false })).isActive).toBe(false);
    expect((await gsw.limits.get()).use.runningSteps).toBe(0);
  });

  test('has a method for projects, plans and what was done, and follows their pages', async () => {
    const asked = await gsw.workflows.enqueue({ repository: repository(), requirements });
    system.work();
    await gsw.workflows.wait(asked.id, { everyMs: 50, untilAsked: true });
    const { title, summary, steps, version } = await gsw.plans.get(asked.id);
    const sent = steps.map(({ id: _, number: __, ...step }) => step);
    const plan = { title, summary, steps: sent };
    expect((await gsw.plans.edit(asked.id, plan, { version })).version).toBe(version + 1);
    const stale = { status: 412, kind: 'changed-meanwhile' };
    await expect(gsw.plans.edit(asked.id, plan, { version })).rejects.toMatchObject(stale);
    await expect(gsw.plans.approve(asked.id, { version })).rejects.toMatchObject(stale);
    const decided = await gsw.plans.reject(asked.id, { reason: 'no', version: version + 1 });
    expect(decided.type).toBe('reject');
    const listed = (await gsw.steps.list(asked.id)).items;
    expect((await gsw.steps.get(listed[0]?.id ?? '')).workflowId).toBe(asked.id);
    const operations: string[] = [];
    for await (const { id } of gsw.operations.list(asked.id, { limit: 1 })) operations.push(id);
    expect(operations.length).toBeGreaterThan(2);
    expect((await gsw.operations.get(operations[0] ?? '')).workflowId).toBe(asked.id);
    for await (const { id } of gsw.executions.list(asked.id)) {
      expect((await gsw.executions.get(id)).prompt).toContain('greets the reader');
    }
    for await (const project of gsw.projects.list({ pinned: true })) {
      expect(project.repository).toBe(repository());
      expect((await gsw.projects.change(project.id, { maxParallelSteps: 3 })).settings.maxParallelSteps).toBe(
        3,
      );
      for await (const { id } of gsw.requirements.list(project.id)) {
        expect((await gsw.requirements.diff(id, id)).hunks).toEqual([]);
      }
    }
    expect((await gsw.projects.repositories()).items.map((one) => one.repository)).toEqual([repository()]);
    expect((await gsw.metrics.get({ from: '2026-01-01T00:00:00Z' })).workflows.failed).toBeGreaterThan(0);
  }, 60_000);

  test('says what is wrong, and where, without the key', async () => {
    const refused = await gsw.workflows.enqueue({ repository: 'nothing' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiProblem);
    expect(refused).toMatchObject({ status: 422, kind: 'invalid', errors: [{ pointer: '#/repository' }] });
    expect((refused as ApiProblem).requestId).toMatch(/\S+/);
    expect(JSON.stringify(refused) + String((refused as Error).stack)).not.toContain(api.key);
  });

  test('built, it is plain JavaScript that needs nothing, and an outsider’s program works with it', async () => {
    const place = await mkdtemp(path.join(os.tmpdir(), 'gsw-client-'));
    try {
      const package_ = path.join(place, 'node_modules', 'graph-sitter-workflows');
      await mkdir(package_, { recursive: true });
      await promisify(execFile)(
        'npx',
        ['tsc', '-p', 'tsconfig.client.json', '--outDir', path.join(package_, 'dist')],
        {
          cwd: root,
        },
      );
      await cp(path.join(root, 'package.json'), path.join(package_, 'package.json'));
      const built = path.join(package_, 'dist/src/client');
      const files = await readdir(built);
      expect(files).toEqual(expect.arrayContaining(['index.js', 'index.d.ts']));
      for (const file of files) {
        const imports = [...(await readFile(path.join(built, file), 'utf8')).matchAll(/from '([^']+)'/g)];
        expect(imports.filter(([, from]) => !from?.startsWith('./'))).toEqual([]);
      }
      await cp(path.join(root, 'examples/client.mjs'), path.join(place, 'client.mjs'));
      await writeFile(path.join(place, 'requirement.md'), requirements);
      system.work();
      const run = () =>
        promisify(execFile)(process.execPath, ['client.mjs', repository(), 'requirement.md', 'order-18'], {
          cwd: place,
          env: { PATH: process.env.PATH, GSW_URL: api.url, GSW_API_KEY: api.key },
        });
      const { stdout } = await run();
      expect(stdout).toMatch(/^[0-9a-f-]{36} completed\n$/);
      expect((await run()).stdout).toBe(stdout);
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  }, 120_000);
});

describe('what goes wrong on the way', () => {
  let server: Server;
  const seen: { method: string | undefined; key: string | undefined }[] = [];
  async function serve(...answers: RequestListener[]): Promise<GswClient> {
    seen.length = 0;
    server = createServer((req, res) => {
      seen.push({ method: req.method, key: req.headers['idempotency-key'] as string | undefined });
      (answers[seen.length - 1] ?? answers.at(-1))?.(req, res);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return new GswClient({ url: `http://127.0.0.1:${port}`, apiKey: 'gsw_key', timeoutMs: 5_000 });
  }
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const cut: RequestListener = (req) => void req.socket.destroy();
  const silent: RequestListener = () => {};
  const fine: RequestListener = (_req, res) => void res.end('{"id":"1"}');
  const busy =
    (status: number, after?: string): RequestListener =>
    (_req, res) =>
      void res.writeHead(status, after ? { 'retry-after': after } : {}).end('{"detail":"busy"}');

  test('is tried again under the same key', async () => {
    const underWay: RequestListener = (_req, res) =>
      void res.writeHead(409, { 'retry-after': '0' }).end('{"type":"urn:x:still-running"}');
    const gsw = await serve(cut, silent, busy(503), underWay, busy(429, '0'), fine);
    const patient = new GswClient({ url: gsw.url, apiKey: 'gsw_key', timeoutMs: 3_000, retries: 5 });
    expect(await patient.workflows.enqueue({ repository: 'acme/widgets' })).toEqual({ id: '1' });
    expect(seen.length).toBe(6);
    expect(new Set(seen.map(({ key }) => key)).size).toBe(1);
    expect(seen[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('is not tried again where that could do it twice, or helps nothing', async () => {
    const change = { isActive: false };
    await expect((await serve(cut, fine)).sources.change('1', change)).rejects.toBeInstanceOf(ApiUnreachable);
    expect(seen.length).toBe(1);
    server.close();
    for (const resource of ['sources', 'subscriptions'] as const) {
      const gsw = await serve(busy(503), fine);
      await expect(gsw[resource].replaceSecret('1')).rejects.toMatchObject({ status: 503 });
      expect(seen.length).toBe(1);
      server.close();
    }
    await expect((await serve(busy(422), fine)).workflows.get('1')).rejects.toMatchObject({ status: 422 });
    expect(seen.length).toBe(1);
    server.close();
    await expect((await serve(busy(429, '3600'), fine)).workflows.get('1')).rejects.toMatchObject({
      status: 429,
      retryAfterSeconds: 3600,
    });
    expect(seen.length).toBe(1);
  });

  test('is told apart: another server at that address, and no server', async () => {
    const html: RequestListener = (_req, res) => void res.end('<html></html>');
    await expect((await serve(html)).workflows.get('1')).rejects.toMatchObject({ isOurs: false });
    const nobody = new GswClient({ url: 'http://127.0.0.1:9', apiKey: 'gsw_key', retries: 0 });
    await expect(nobody.workflows.get('1')).rejects.toThrow(
      'The API at http://127.0.0.1:9 cannot be reached.',
    );
  });
});
