import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { EventSource } from '../../entities/events/event-source.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { pollServices } from '../../jobs/maintenance/poll-services.ts';
import { deriveId } from '../../src/engine/derive.ts';
import { type TestApi, testApi } from '../http/api.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestSystem, testSystem } from '../support/system.ts';

let fresh: FreshDatabases;
let system: TestSystem;
let api: TestApi;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());
beforeEach(async () => {
  system = await testSystem(fresh, 'PostgreSQL');
  api = await testApi(system);
});
afterEach(async () => {
  // or those that come after it, who share the databases, would ask for them, too
  const { maintenance } = system.engine.databases;
  await maintenance.events((em) => em.nativeUpdate(EventSource, {}, { isActive: false }));
  await api?.close();
  await system?.close();
});

/** What the maintenance says that asks other services. */
function poll(): Promise<string> {
  const { config, databases, servicesOf, catalogue } = system.engine;
  const { signal } = new AbortController();
  return pollServices.run({
    ...{ config, databases, servicesOf, signal },
    eventHandlers: catalogue.eventHandlers,
  });
}

const sourcesOf = (organizationId: string) =>
  system.engine.databases
    .inOrganization(organizationId)
    .events((em) => em.find(EventSource, { provider: 'github' }, { orderBy: { name: 'asc' } }));

/** Such as it could be named before the name was ours. */
const addSource = (organizationId: string, name: string) =>
  system.engine.databases
    .inOrganization(organizationId)
    .events((em) => em.insert(EventSource, { id: randomUUID(), organizationId, name, provider: 'github' }));

test('an organisation that has given a source the name of ours is asked for, and keeps nobody from that', async () => {
  const [one, another] = [randomUUID(), randomUUID()];
  await addSource(one, 'GitHub, asked');
  await addSource(another, 'hooks');
  expect(await poll()).toBe('asked for 0 workflows under way; nobody had told of 0 events');
  const id = deriveId(one, 'event-source', 'asked', 'github');
  expect(await sourcesOf(one)).toMatchObject([
    { name: 'GitHub, asked', lastSyncAt: null },
    { id, name: `GitHub, asked (${id})`, lastSyncAt: expect.any(Date) },
  ]);
  expect(await sourcesOf(another)).toMatchObject([
    { name: 'GitHub, asked', lastSyncAt: expect.any(Date) },
    { name: 'hooks' },
  ]);
});

test('whatever keeps one organisation from being asked for, the others are', async () => {
  const [one, another] = [randomUUID(), randomUUID()];
  await addSource(one, 'GitHub, asked');
  await addSource(one, `GitHub, asked (${deriveId(one, 'event-source', 'asked', 'github')})`);
  await addSource(another, 'hooks');
  expect(await poll()).toContain(`not done: ${one}: `);
  expect((await sourcesOf(another))[0]).toMatchObject({
    name: 'GitHub, asked',
    lastSyncAt: expect.any(Date),
  });
});

test('a repository that cannot be seen any more keeps no other of its organisation from being asked for', async () => {
  const db = system.engine.databases.inOrganization(system.organizationId);
  const { github } = system.engine.servicesOf(system.organizationId);
  const gone = { owner: 'acme', name: `gone-${randomUUID().slice(0, 4)}` };
  const lost = await system.enqueue({ repository: gone });
  const asked = (id: string) =>
    db.workflows(async (em) => (await em.findOneOrFail(WorkflowExecution, id)).run('project_selection'));
  await asked(lost);
  const unseen = `${system.organizationId}: GitHub found nothing at GET /repos/acme/${gone.name}`;
  expect(await poll()).toContain(`not done: ${unseen}`);
  // nothing at all was seen: it may be the token, and is asked for again
  expect(await sourcesOf(system.organizationId)).toMatchObject([
    { name: 'GitHub, asked', lastSyncAt: null, consecutiveFailures: 1 },
  ]);

  const seen = await system.enqueue();
  await asked(seen);
  const { apiUrl, token } = system.engine.config.github;
  const { owner, name } = system.repository;
  const made = await fetch(`${apiUrl}/repos/${owner}/${name}/issues`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' },
    body: JSON.stringify({ title: 'Greet the reader' }),
  });
  const { number } = (await made.json()) as { number: number };
  await github.createComment(system.repository, number, '/gsw pause');
  const said = await poll();
  expect(said).toMatch(/^asked for 2 workflows under way; nobody had told of 1 events; not done: /);
  expect(said).toContain(unseen);
  expect(await sourcesOf(system.organizationId)).toMatchObject([
    {
      lastSyncAt: expect.any(Date),
      consecutiveFailures: 0,
      lastError: expect.stringContaining(gone.name),
    },
  ]);
});

test('no source is made under a name of ours', async () => {
  for (const name of ['GitHub, asked', 'Linear, asked']) {
    const { status, body } = await api.send('POST', '/v1/sources', { body: { name, provider: 'github' } });
    expect([status, body.detail]).toEqual([409, expect.stringContaining('take another name')]);
  }
});
