import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { PermanentFailure, RetryLater } from '../../src/engine/errors.ts';
import { limitedUntil } from '../../src/integrations/linear/rate-limit.ts';
import { createLinear } from '../../src/integrations/linear/sdk.ts';
import { countRequests, failureOf, key, newIssue, useLinear } from './linear-fixture.ts';

const used = useLinear();

describe('a bad day at Linear', () => {
  it('says how to mend a rejected key', async () => {
    const stranger = createLinear({ apiUrl: used.sandbox.url, apiKey: async () => 'lin_api_wrong' });
    for (const work of [
      stranger.getTeam(),
      stranger.findIssue(randomUUID()),
      stranger.createIssue(newIssue(used.teamId)),
    ]) {
      const failure = await failureOf(work);
      expect(failure).toBeInstanceOf(PermanentFailure);
      expect(failure.message).toMatch(/Linear rejected the API key; set LINEAR_API_KEY/);
    }
  });

  it('comes back when a rate limit is over, without asking again in between', async () => {
    used.sandbox.faults.add({ kind: 'ratelimited', operation: 'issueCreate', retryAfterSeconds: 90 });
    const issue = newIssue(used.teamId);
    const work = async () => {
      const failure = await failureOf(used.linear.createIssue(issue));
      expect(failure).toBeInstanceOf(RetryLater);
      expect(failure.message).toBe('Linear rate limit');
      const seconds = ((failure as RetryLater).until.getTime() - Date.now()) / 1_000;
      expect(seconds).toBeGreaterThan(85);
      expect(seconds).toBeLessThanOrEqual(90);
    };
    expect(await countRequests(used.sandbox, 'issue', work)).toBe(0);
    expect(await used.linear.findIssue(issue.id)).toBeNull();
  });

  it('reads the moment from the reset headers when there is no retry-after', async () => {
    used.sandbox.faults.add({ kind: 'ratelimited', operation: 'teams', retryAfterSeconds: null });
    const failure = await failureOf(used.linear.getTeam());
    expect(failure).toBeInstanceOf(RetryLater);
    const minutes = ((failure as RetryLater).until.getTime() - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(55);
  });

  it('waits for the bucket that is empty, a second at least and a minute when nothing is told', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    const until = (headers: Record<string, string>) =>
      limitedUntil(new Headers(headers), now).getTime() - now;
    expect(
      until({
        'X-RateLimit-Requests-Remaining': '10',
        'X-RateLimit-Requests-Reset': String(now + 5_000),
        'X-RateLimit-Complexity-Remaining': '0',
        'X-RateLimit-Complexity-Reset': String(now + 9_000),
      }),
    ).toBe(9_000);
    expect(until({ 'X-RateLimit-Requests-Reset': String(now - 5_000) })).toBe(1_000);
    expect(until({ 'retry-after': '0' })).toBe(1_000);
    expect(until({ 'retry-after': 'soon' })).toBe(60_000);
    expect(until({})).toBe(60_000);
  });

  it('takes a 429 for a rate limit too', async () => {
    used.sandbox.faults.add({ kind: 'too-many-requests', operation: 'issue' });
    expect(await failureOf(used.linear.findIssue(randomUUID()))).toBeInstanceOf(RetryLater);
  });

  it('never takes trouble for absence', async () => {
    for (const kind of ['server-error', 'disconnect', 'ratelimited', 'drop-reply'] as const) {
      used.sandbox.faults.add({ kind, times: 3 });
      await failureOf(used.linear.findIssue(randomUUID()));
      await failureOf(used.linear.findComment(randomUUID()));
      await failureOf(
        used.linear.findRelation({ issueId: randomUUID(), relatedIssueId: randomUUID(), type: 'blocks' }),
      );
      used.sandbox.faults.clear();
    }
  });

  it('tries again after a server error or a broken connection, in a clean sentence', async () => {
    used.sandbox.faults.add({ kind: 'server-error' });
    const broken = await failureOf(used.linear.getTeam());
    expect(broken).not.toBeInstanceOf(PermanentFailure);
    expect(broken.message).toMatch(/^Linear answered HTTP 502/);
    used.sandbox.faults.add({ kind: 'disconnect' });
    expect((await failureOf(used.linear.getTeam())).message).toMatch(
      /^Linear could not be reached \(.+\)\.$/,
    );
  });

  it('gives up on an answer that does not come', async () => {
    used.sandbox.faults.add({ kind: 'slow', delayMs: 2_000 });
    const hurried = createLinear({ apiUrl: used.sandbox.url, apiKey: async () => key, timeoutMs: 50 });
    const failure = await failureOf(hurried.getTeam());
    expect(failure).not.toBeInstanceOf(PermanentFailure);
    expect(failure.message).toBe('Linear did not answer in time.');
  });

  it('tells Linear’s own sentence where it forbids', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const extensions = { type: 'forbidden', userPresentableMessage: 'You may not create issues here.' };
      response.end(JSON.stringify({ errors: [{ message: 'Access denied', extensions }], data: null }));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
    const failure = await failureOf(
      createLinear({ apiUrl, apiKey: async () => key }).findIssue(randomUUID()),
    );
    expect(failure).toBeInstanceOf(PermanentFailure);
    expect(failure.message).toBe('Linear answered: You may not create issues here. (Access denied)');
    server.close();
  });

  it('never tells the key', async () => {
    const told = async (apiUrl: string, apiKey: string) => {
      const failure = await failureOf(createLinear({ apiUrl, apiKey: async () => apiKey }).getTeam());
      return `${failure.message} ${failure.stack} ${JSON.stringify(failure)} ${failure.cause}`;
    };
    const wrong = 'lin_api_do_not_tell';
    for (const apiUrl of [
      used.sandbox.url,
      'http://127.0.0.1:9/graphql',
      'http://example.com/graphql',
      used.sandbox.webUrl,
    ]) {
      expect(await told(apiUrl, wrong)).not.toContain(wrong);
      expect(await told(apiUrl, `${wrong}\nX: y`)).not.toContain(wrong);
    }
    used.sandbox.faults.add({ kind: 'server-error' });
    expect(await told(used.sandbox.url, key)).not.toContain(key);
  });

  it('passes on why there is no key, and asks for one that is empty', async () => {
    const missing = createLinear({
      apiUrl: used.sandbox.url,
      apiKey: () => Promise.reject(new Error('The credential store is locked.')),
    });
    expect((await failureOf(missing.getTeam())).message).toBe('The credential store is locked.');
    const empty = await failureOf(
      createLinear({ apiUrl: used.sandbox.url, apiKey: async () => '' }).getTeam(),
    );
    expect(empty).toBeInstanceOf(PermanentFailure);
    expect(empty.message).toMatch(/set LINEAR_API_KEY/);
  });
});
