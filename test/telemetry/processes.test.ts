import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '../../jobs/workflow.ts';
import { GswClient } from '../../src/client/index.ts';
import { queueNames } from '../../src/engine/catalogue.ts';
import { Queues } from '../../src/engine/queues.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type Installation, openInstallation } from '../support/installation.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { hasPrograms } from '../support/programs.ts';

const requirements = readFileSync(new URL('../../examples/requirement.md', import.meta.url), 'utf8');

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh?.drop());

describe.each(backends())('an installation on %s', (backend) => {
  let installation: Installation;
  let collector: OtlpReceiver;
  beforeAll(async () => {
    collector = await startOtlpReceiver();
    installation = await openInstallation(fresh, backend, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      METRICS_PORT: '0',
      LOG_LEVEL: 'debug',
    });
  });
  afterAll(async () => {
    await installation?.close();
    await collector?.close();
  });

  test('shows one workflow as one tree, from the request to each outside call, also where the queue was lost', async () => {
    const { start, repository, environment, sandbox } = installation;
    const api = start(['start', '--no-worker']);
    const [, url = ''] = await api.until(/API +(http:\S+)\/v1/);
    const [, apiMetrics = ''] = await api.until(/Metrics +(http:\S+)/);
    const worker = start(['worker'], { HEALTH_PORT: '0' });
    const [, workerMetrics = ''] = await worker.until(/Metrics +(http:\S+)/);
    const [, health = ''] = await worker.until(/Health +(http:\S+)\/healthz/);
    await worker.until(/serves all/);
    for (const path of ['/healthz', '/readyz']) {
      expect((await fetch(`${url}${path}`)).status).toBe(200);
      expect((await fetch(`${health}${path}`)).status).toBe(200);
    }

    const gsw = new GswClient({ url, apiKey: await installation.key() });
    const { id } = await gsw.workflows.enqueue({
      repository: `${repository.owner}/${repository.name}`,
      requirements,
      options: { autoConfirmPlan: true, autoMerge: true },
    });
    await expect
      .poll(
        async () =>
          (await gsw.workflows.get(id)).stages.find(({ name }) => name === 'task_execution')?.status,
        {
          timeout: 60_000,
        },
      )
      .toBe('running');
    const connection = environment.REDIS_URL
      ? { redisUrl: environment.REDIS_URL, prefix: environment.QUEUE_PREFIX as string }
      : { postgres: { connectionString: environment.QUEUE_DATABASE_URL as string } };
    const queues = new Queues(connection, () => undefined);
    await queues.empty(queueNames(catalogue));
    await queues.close();
    expect((await gsw.workflows.wait(id)).status).toBe('completed');
    // events are counted when they are projected, which is after the workflow has ended
    await expect
      .poll(() => read(workerMetrics), { timeout: 20_000 })
      .toMatch(/^gsw_workflows_ended_total\{outcome="completed"\} 1$/m);

    const told = { api: await read(apiMetrics), worker: await read(workerMetrics) };
    for (const text of Object.values(told)) lint(text);
    expect(told.api).toMatch(/^gsw_queue_jobs\{queue="github",state="waiting"\} 0$/m);
    expect(told.api).toMatch(/^gsw_queue_oldest_job_age_seconds\{queue="github"\} 0$/m);
    expect(told.api).toMatch(/^gsw_workflows\{state="running"\} 0$/m);
    expect(told.api).toMatch(/^gsw_installation_reached\{what="queue"\} 1$/m);
    expect(told.api).toMatch(
      /^gsw_http_request_duration_seconds_count\{method="POST",route="\/v1\/workflows",status="20\d"\} 1$/m,
    );
    expect(told.worker).toMatch(/^gsw_stage_duration_seconds_count\{stage="pr_validation"\} 1$/m);
    expect(told.worker).toMatch(
      /^gsw_operations_ended_total\{service="linear",operation="create-issue",outcome="succeeded"\} [1-9]/m,
    );
    // told before there is any, or the first ones would be no increase
    expect(told.worker).toMatch(/^gsw_workflows_ended_total\{outcome="failed"\} 0$/m);
    expect(told.worker).toMatch(
      /^gsw_operations_ended_total\{service="github",operation="merge-pull-request",outcome="failed"\} 0$/m,
    );
    expect(told.worker).toMatch(/^gsw_jobs_stalled_total\{queue="steps"\} 0$/m);
    expect(told.worker).toMatch(/^gsw_queue_losses_total 1$/m);
    expect(told.worker).toMatch(/^gsw_stages_put_back_total\{reason="queue lost"\} [1-9]/m);
    expect(told.worker).toMatch(
      /^gsw_rate_budget_remaining_ratio\{service="GitHub",budget="[^"]+"\} 0\.\d+/m,
    );
    expect(told.worker).toMatch(
      /^gsw_job_duration_seconds_count\{queue="github",outcome="completed"\} [1-9]/m,
    );

    for (const process of [worker, api]) process.kill('SIGTERM');
    const ended = await Promise.all([worker.ended, api.ended]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);

    const [traceId = ''] = new Set(
      collector.spans.filter((span) => span.attributes['gsw.workflow.id'] === id).map((span) => span.traceId),
    );
    const tree = collector.spans.filter((span) => span.traceId === traceId);
    const roots = tree.filter(({ parentSpanId }) => parentSpanId === undefined);
    expect(roots.map(({ name }) => name)).toEqual(['POST /v1/workflows']);
    const ids = new Set(tree.map(({ spanId }) => spanId));
    expect(tree.filter(({ parentSpanId }) => parentSpanId && !ids.has(parentSpanId))).toEqual([]);
    // nothing of the workflow is anywhere else
    expect(
      collector.spans.filter((one) => one.attributes['gsw.workflow.id'] === id && one.traceId !== traceId),
    ).toEqual([]);

    const names = new Set(tree.map(({ name }) => name));
    for (const { name } of catalogue.stages) expect(names).toContain(`process ${name}`);
    for (const name of [
      'execute-step',
      'open-pull-request',
      'create-issue',
      'start-agent-run',
      'merge-pull-request',
    ])
      expect(names).toContain(`process ${name}`);
    expect([...names].join()).toMatch(/git (fetch|clone)/);
    const hosts = (of: ReceivedSpan[]) => new Set(of.map(({ attributes }) => attributes['server.port']));
    const outside = [sandbox.github.url, sandbox.linear.url, sandbox.codegen.url].map((at) =>
      Number(new URL(at).port),
    );
    for (const port of outside) expect(hosts(tree)).toContain(port);
    const call = tree.find(({ attributes }) => attributes['server.port'] === outside[0]) as ReceivedSpan;
    const above = tree.find(({ spanId }) => spanId === call.parentSpanId);
    expect(above?.name).toMatch(/^process /);

    const sent = collector.bodies.join('\n');
    const secrets = [
      environment.GITHUB_TOKEN,
      environment.LINEAR_API_KEY,
      environment.CODEGEN_TOKEN,
    ] as string[];
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(8);
      expect(sent).not.toContain(secret);
      for (const { stdout, stderr } of ended) expect(stdout + stderr).not.toContain(secret);
    }

    const lines = ended.flatMap(({ stdout }) => stdout.split('\n')).filter((line) => line.startsWith('{'));
    const ofRequest = lines
      .map((line) => JSON.parse(line))
      .find(({ method, path }) => method === 'POST' && path === '/v1/workflows');
    expect(ofRequest).toMatchObject({ requestId: expect.any(String), traceId, status: 202 });
    expect(ofRequest.organizationId).toEqual(expect.any(String));
  }, 240_000);
});

const read = async (url: string) => (await fetch(url)).text();

/** As Prometheus itself would judge it; throws with what is wrong. */
function lint(text: string): void {
  if (hasPrograms('promtool'))
    execFileSync('promtool', ['check', 'metrics'], { input: text, stdio: ['pipe', 'pipe', 'pipe'] });
}
