import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { PermanentFailure, RetryLater } from '../../src/engine/errors.ts';
import { createCodegen } from '../../src/integrations/agent/codegen.ts';
import type { AgentRun } from '../../src/integrations/agent/port.ts';

const question = { runKey: 'key', prompt: 'Hello', workspace: null };

/** The adapter, against a Codegen that gives one answer to everything. */
async function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = createCodegen({
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: async () => 'secret-token',
    organizationId: 7,
    remoteOf: () => Promise.reject(new Error('no remote')),
  });
  return { agent, [Symbol.asyncDispose]: async () => void server.close() };
}

describe('only success is success', () => {
  const cases: [string | null, AgentRun['state']][] = [
    ['COMPLETE', 'completed'],
    ['completed', 'completed'],
    ['Error', 'failed'],
    ['FAILED', 'failed'],
    ['timeout', 'failed'],
    ['CANCELLED', 'cancelled'],
    ['canceled', 'cancelled'],
    ['STOPPED', 'cancelled'],
    ['ACTIVE', 'running'],
    ['PENDING', 'running'],
    ['COMPLETED_WITH_DOUBTS', 'running'],
    ['success', 'running'],
    ['', 'running'],
    [null, 'running'],
  ];
  test.each(cases)('status %j counts as %s', async (status, state) => {
    await using service = await answering(200, { id: 1, organization_id: 7, status, result: 'said' });
    const run = await service.agent.get('1');
    expect(run).toMatchObject({
      state,
      rawState: status ?? '',
      result: state === 'completed' ? 'said' : null,
    });
  });
});

describe('refusals', () => {
  test.each([401, 403])('status %i names CODEGEN_TOKEN and does not show it', async (status) => {
    await using service = await answering(status, { message: 'secret-token is bad', status_code: status });
    await expect(service.agent.start(question)).rejects.toThrow(
      new PermanentFailure('Codegen refused the token. Check CODEGEN_TOKEN and its rights.'),
    );
  });

  test('an unknown organization or run names CODEGEN_ORG_ID', async () => {
    await using service = await answering(404, { message: 'Not found', status_code: 404 });
    await expect(service.agent.start(question)).rejects.toThrow(
      new PermanentFailure('Codegen does not know organization 7. Check CODEGEN_ORG_ID.'),
    );
    await expect(service.agent.get('99')).rejects.toThrow(/does not know the run 99 in organization 7/);
  });

  test('a spent run limit is permanent', async () => {
    await using service = await answering(402, { message: 'Run limit', status_code: 402 });
    await expect(service.agent.start(question)).rejects.toThrow(/run limit of the organization is reached/);
    await expect(service.agent.start(question)).rejects.toBeInstanceOf(PermanentFailure);
  });

  test('a request that is not valid says where', async () => {
    const body = { detail: [{ loc: ['body', 'prompt'], msg: 'Field required', type: 'missing' }] };
    await using service = await answering(422, body);
    await expect(service.agent.start(question)).rejects.toThrow(
      new PermanentFailure('Codegen did not accept the request: body.prompt: Field required'),
    );
  });

  test('an answer in an unknown form is no answer', async () => {
    await using service = await answering(200, { runs: [] });
    await expect(service.agent.find('x')).rejects.toThrow(
      'Codegen answered GET /agent/runs in an unknown form (items, total).',
    );
  });

  test.each([
    [{ 'retry-after': '5' }, 5_000],
    [{}, 60_000],
  ])('a rate limit with %j comes back then', async (headers, ms) => {
    await using service = await answering(429, { message: 'Slow down', status_code: 429 }, headers);
    const before = Date.now();
    const error = await service.agent.start(question).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RetryLater);
    const { until, message } = error as RetryLater;
    expect(message).toBe('Codegen rate limit');
    expect(until.getTime()).toBeGreaterThanOrEqual(before + ms);
    expect(until.getTime()).toBeLessThanOrEqual(Date.now() + ms);
  });

  test('a failing or absent service is an ordinary error, to be tried again', async () => {
    const service = await answering(503, { message: 'Down' });
    await expect(service.agent.get('1')).rejects.toThrow('Codegen failed with status 503.');
    await service[Symbol.asyncDispose]();
    const absent = service.agent.get('1');
    await expect(absent).rejects.toThrow('Codegen could not be reached.');
    await expect(absent).rejects.not.toBeInstanceOf(PermanentFailure);
  });
});
