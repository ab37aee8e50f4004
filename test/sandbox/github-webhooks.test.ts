import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verify } from '@octokit/webhooks-methods';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { askGitHub, type GitHubScene, useGitHubSandbox } from '../support/github-sandbox.ts';

const secret = 'whsec of a test';

type Heard = { id: string; event: string; action?: string; signature: string; raw: string };

let scene: GitHubScene;
useGitHubSandbox((made) => {
  scene = made;
});

let server: Server;
let heard: Heard[] = [];
let answer = 202;
beforeAll(async () => {
  server = createServer(async (request, response) => {
    let raw = '';
    for await (const part of request) raw += part;
    const header = (name: string) => String(request.headers[name]);
    heard.push({
      id: header('x-github-delivery'),
      event: header('x-github-event'),
      action: JSON.parse(raw).action,
      signature: header('x-hub-signature-256'),
      raw,
    });
    response.writeHead(answer).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());
beforeEach(() => {
  const { port } = server.address() as AddressInfo;
  scene.sandbox.sendWebhooksTo({ url: `http://127.0.0.1:${port}/`, secret });
  heard = [];
  answer = 202;
});

const said = () => heard.map(({ event, action }) => (action ? `${event}.${action}` : event));

test('what happens to a pull request is told, signed, each with an id of its own', async () => {
  const { sandbox, openFeature, repo } = scene;
  const pull = await openFeature();
  await askGitHub(scene, 'POST', `issues/${pull.number}/comments`, { body: 'Looks right.' });
  await askGitHub(scene, 'POST', `statuses/${pull.headSha}`, { state: 'success', context: 'ci' });
  await askGitHub(scene, 'PUT', `pulls/${pull.number}/merge`);
  await sandbox.webhooks.settle();
  expect(said()).toEqual(['pull_request.opened', 'issue_comment.created', 'status', 'pull_request.closed']);
  expect(new Set(heard.map(({ id }) => id)).size).toBe(4);
  for (const { raw, signature } of heard) expect(await verify(secret, raw, signature)).toBe(true);
  const [opened, comment, status, closed] = heard.map(({ raw }) => JSON.parse(raw));
  expect(opened).toMatchObject({
    number: pull.number,
    pull_request: { head: { ref: 'feature' }, merged: false },
    repository: { full_name: `${repo.owner}/${repo.name}` },
    sender: { login: 'sandbox-bot' },
  });
  expect(comment).toMatchObject({ issue: { number: pull.number }, comment: { body: 'Looks right.' } });
  expect(status).toMatchObject({ state: 'success', branches: [{ name: 'feature' }] });
  expect(closed.pull_request).toMatchObject({ merged: true, merge_commit_sha: expect.any(String) });
});

test('they are sent again under their ids, the latest first; what was refused is noted so', async () => {
  const { sandbox, openFeature } = scene;
  answer = 500;
  const pull = await openFeature();
  await askGitHub(scene, 'PATCH', `pulls/${pull.number}`, { state: 'closed' });
  await sandbox.webhooks.settle();
  const first = heard.map(({ id }) => id);
  const statuses = () => sandbox.webhooks.deliveries.slice(-2).map(({ status }) => status);
  expect([said(), statuses()]).toEqual([
    ['pull_request.opened', 'pull_request.closed'],
    [500, 500],
  ]);
  answer = 202;
  expect(await sandbox.webhooks.redeliver(2)).toBe(2);
  expect(heard.slice(2).map(({ id }) => id)).toEqual(first.toReversed());
  expect(statuses()).toEqual([202, 202]);
});
