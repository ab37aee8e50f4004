import { createHmac, randomUUID } from 'node:crypto';
import { wrap } from '@mikro-orm/core';
import { sign } from '@octokit/webhooks-methods';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AuditEntry } from '../../entities/events/audit-entry.ts';
import { Event } from '../../entities/events/event.ts';
import { EventCorrelation } from '../../entities/events/event-correlation.ts';
import { EventProcessing } from '../../entities/events/event-processing.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import { Signal } from '../../entities/workflows/signal.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { pollServices } from '../../jobs/maintenance/poll-services.ts';
import { maintenanceQueue, queueNames } from '../../src/engine/catalogue.ts';
import { receiveSignal } from '../../src/engine/receive-signal.ts';
import { aggregateDays } from '../../src/events/aggregate.ts';
import { type TestApi, testApi } from '../http/api.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestSystem, testSystem } from '../support/system.ts';

const requirements = '- Add greeting/hello.md that greets the reader.';

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

describe.each(backends())('on %s', (backend) => {
  let system: TestSystem;
  let api: TestApi;
  let hook: { path: string; secret: string };
  beforeEach(async () => {
    system = await testSystem(fresh, backend);
    api = await testApi(system);
    const { body } = await api.send('POST', '/v1/sources', { body: { name: 'hooks', provider: 'github' } });
    hook = { path: new URL(body.url, api.url).pathname, secret: body.secret };
  });
  afterEach(async () => {
    await api?.close();
    await system?.close();
  });

  const db = () => system.engine.databases.inOrganization(system.organizationId);
  const fullName = () => `${system.repository.owner}/${system.repository.name}`;

  async function deliver(name: string, payload: object, delivery: string = randomUUID()): Promise<string> {
    const raw = JSON.stringify({
      repository: { full_name: fullName() },
      sender: { login: 'alice' },
      ...payload,
    });
    const answer = await api.send('POST', hook.path, {
      key: null,
      body: raw,
      headers: {
        'x-github-event': name,
        'x-github-delivery': delivery,
        'x-hub-signature-256': await sign(hook.secret, raw),
      },
    });
    expect([200, 202]).toContain(answer.status);
    return delivery;
  }

  /** A workflow whose steps are merged, and whose final pull request waits for approval. */
  async function untilMergeIsAsked(): Promise<string> {
    const id = await system.enqueue({
      requirements: `# One\n\n${requirements}`,
      options: { autoConfirmPlan: true },
    });
    await system.untilAsked(id, 90_000);
    return id;
  }

  /** What a person does at GitHub itself; of the repository. */
  async function atGitHub(method: string, path: string, body: object): Promise<void> {
    const { apiUrl, token } = system.engine.config.github;
    const answer = await fetch(`${apiUrl}/repos/${fullName()}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' },
      body: JSON.stringify(body),
    });
    expect(answer.ok).toBe(true);
  }

  /** The maintenance would ask by itself. */
  const workWithoutMaintenance = () =>
    system.work(queueNames(system.engine.catalogue).filter((name) => name !== maintenanceQueue));

  /** What the maintenance says that asks other services. */
  function poll(): Promise<string> {
    const { config, databases, servicesOf, catalogue } = system.engine;
    const { signal } = new AbortController();
    return pollServices.run({
      ...{ config, databases, servicesOf, signal },
      eventHandlers: catalogue.eventHandlers,
    });
  }

  /** What became of a delivery at one of its handlers, once it is over. */
  async function outcome(delivery: string, handler: string): Promise<EventProcessing> {
    for (const giveUpAt = Date.now() + 30_000; ; ) {
      const row = await db().events(async (em) => {
        const event = await em.findOneOrFail(Event, { externalId: delivery });
        return em.findOneOrFail(EventProcessing, { eventId: event.id, handler });
      });
      if (row.finishedAt) return row;
      if (Date.now() > giveUpAt) throw new Error(`${handler} has not got on: ${row.status}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  const issue = (number: number, body = requirements) => ({ number, title: 'Greet the reader', body });
  const labelled = (label: string, more: object = {}) => ({
    action: 'labeled',
    label: { name: label },
    issue: issue(7),
    ...more,
  });
  const comment = (number: number, body: string, author_association = 'MEMBER') => ({
    action: 'created',
    issue: { number, pull_request: {} },
    comment: { body, author_association },
  });

  test('an issue with the agreed label starts one workflow, which people carry to its end by comments', async () => {
    system.work();
    await outcome(await deliver('issues', labelled('bug')), 'start-workflow').then(({ status, reason }) =>
      expect([status, reason]).toEqual(['ignored', expect.stringContaining('neither the label')]),
    );
    const first = await deliver('issues', labelled('gsw'));
    // once more as it is, and as another delivery
    await deliver('issues', labelled('gsw'), first);
    const second = await deliver('issues', labelled('gsw'));
    const changed = await deliver(
      'issues',
      labelled('gsw', { issue: issue(7, `${requirements}\n- And more.`) }),
    );
    expect((await outcome(first, 'start-workflow')).reason).toMatch(/^(had )?started workflow/);
    expect((await outcome(second, 'start-workflow')).reason).toMatch(/^(had )?started workflow/);
    const workflows = await db().workflows((em) => em.find(WorkflowExecution, {}));
    expect(workflows.length).toBe(1);
    const { id } = workflows[0] as WorkflowExecution;
    expect(workflows[0]).toMatchObject({ createdBy: 'github:alice', name: 'Greet the reader' });
    expect((await outcome(changed, 'start-workflow')).status).toMatch(/ignored|processed/);

    await system.untilAsked(id);
    await api.send('POST', `/v1/workflows/${id}/signals`, { body: { type: 'approve' } });
    await system.untilAsked(id, 60_000);
    const { finalPrNumber } = await system.workflow(id);
    expect(finalPrNumber).toBeGreaterThan(0);
    const number = finalPrNumber as number;

    const stranger = await deliver('issue_comment', comment(number, '/gsw approve', 'NONE'));
    expect(await outcome(stranger, 'obey-comment')).toMatchObject({
      status: 'ignored',
      reason: 'alice is no member or collaborator of the repository',
    });
    const chat = await deliver('issue_comment', comment(number, 'I would say /gsw approve'));
    expect((await outcome(chat, 'obey-comment')).reason).toBe('it gives no command');
    const elsewhere = await deliver('issue_comment', comment(number + 100, '/gsw approve'));
    expect((await outcome(elsewhere, 'obey-comment')).reason).toBe('it is about no workflow of ours');

    const said = await deliver('issue_comment', comment(number, 'Well done.\n\n/gsw approve looks right'));
    expect((await outcome(said, 'obey-comment')).status).toBe('processed');
    expect((await system.until(id, ['completed', 'failed'], 60_000)).status).toBe('completed');
    const approvals = await db().workflows((em) =>
      em.find(Signal, { workflowExecutionId: id, gate: 'merge' }),
    );
    expect(approvals).toMatchObject([{ actor: 'github:alice', reason: 'looks right' }]);
    const correlated = await db().events((em) => em.find(EventCorrelation, { workflowId: id }));
    expect(correlated.map(({ rule }) => rule)).toContain('pull-request-number');
  }, 180_000);

  test('what people do to a pull request is mirrored, in whatever order it comes', async () => {
    system.work();
    const id = await untilMergeIsAsked();
    const [pull] = await db().task((em) => em.find(StepPullRequest, { workflowId: id }));
    const { number, mergeCommitSha } = pull as StepPullRequest;
    const about = { number, head: { ref: (pull as StepPullRequest).headBranch } };
    // the merge was heard of first; that it was closed, and opened, came late
    for (const action of ['closed', 'reopened']) {
      const late = await deliver('pull_request', { action, pull_request: { ...about, merged: false } });
      expect((await outcome(late, 'mirror-pull-request')).status).toBe('processed');
      expect((await outcome(late, 'wake-waiting-work')).reason).toMatch(/of 1 workflows look again$/);
    }
    const [now] = await db().task((em) => em.find(StepPullRequest, { workflowId: id }));
    expect(now).toMatchObject({ status: 'merged', mergeCommitSha });

    // one that nobody merged: what is heard late, or again, does not undo what came after it
    await db().task(async (em) => {
      await em.nativeDelete(StepPullRequest, { workflowId: id });
      const { updatedAt: _, createdAt: __, ...kept } = wrap(pull as StepPullRequest).toPOJO();
      await em.insert(StepPullRequest, { ...kept, status: 'open', mergedAt: null, mergeCommitSha: null });
    });
    const told = (action: string, minute: number, which: object = about) =>
      deliver('pull_request', {
        action,
        pull_request: {
          ...which,
          merged: false,
          updated_at: new Date(Date.now() + minute * 60_000).toISOString(),
        },
      });
    const opened = await told('reopened', 2);
    await outcome(opened, 'mirror-pull-request');
    const closed = await told('closed', 1);
    expect((await outcome(closed, 'mirror-pull-request')).reason).toBe('something later has happened to it');
    const [still] = await db().task((em) => em.find(StepPullRequest, { workflowId: id }));
    expect(still?.status).toBe('open');

    // nor is the final one rejected by it
    const { finalPrNumber } = await system.workflow(id);
    await outcome(await told('reopened', 2, { number: finalPrNumber }), 'mirror-pull-request');
    const before = await told('closed', 1, { number: finalPrNumber });
    expect((await outcome(before, 'settle-merge-gate')).reason).toBe('something later has happened to it');
    expect((await system.workflow(id)).status).toBe('waiting');
  }, 120_000);

  test('any event or time is handled again, by one handler or all, and nothing is done twice', async () => {
    system.work(['events', 'maintenance']);
    const started = await deliver('issues', labelled('gsw'));
    await outcome(started, 'start-workflow');
    const chat = await deliver('ping', { zen: 'Nothing follows.' });
    const byDelivery = async (delivery: string) => {
      const { body } = await api.send('GET', '/v1/received-events?limit=100&source=github');
      return body.items.find((one: { externalId: string }) => one.externalId === delivery);
    };
    const event = await byDelivery(started);
    expect(event).toMatchObject({
      type: 'issues.labeled',
      actor: 'alice',
      target: { type: 'issue', id: '7' },
      handlers: [{ name: 'start-workflow', status: 'processed', reason: expect.stringMatching(/^started/) }],
    });
    expect(await byDelivery(chat)).toMatchObject({ handlers: [{ name: 'none', status: 'ignored' }] });
    const whole = await api.send('GET', `/v1/received-events/${event.id}`);
    expect(whole.body.payload.label).toEqual({ name: 'gsw' });

    const replay = (path: string, body: object) => api.send('POST', `/v1/received-events${path}`, { body });
    const once = await replay(`/${event.id}/replay`, { handler: 'start-workflow' });
    expect([once.status, once.body]).toEqual([202, { events: 1, handlers: 1 }]);
    expect((await outcome(started, 'start-workflow')).reason).toMatch(/^had started workflow/);
    expect((await replay(`/${event.id}/replay`, { handler: 'obey-comment' })).body).toEqual({
      events: 0,
      handlers: 0,
    });
    const unknown = await replay(`/${event.id}/replay`, { handler: 'nothing' });
    expect([unknown.status, unknown.body.detail]).toEqual([422, expect.stringContaining('start-workflow')]);
    expect((await replay(`/${randomUUID()}/replay`, {})).status).toBe(404);
    const foreign = { key: api.operatorKey, body: {} };
    expect((await api.send('POST', `/v1/received-events/${event.id}/replay`, foreign)).status).toBe(404);

    // one that failed for good, and one that no handler was there for when it came
    const second = await deliver('issues', labelled('gsw', { issue: issue(8) }));
    await outcome(second, 'start-workflow');
    const { id } = await byDelivery(second);
    await db().events(async (em) => {
      const row = await em.findOneOrFail(EventProcessing, { eventId: id });
      row.status = 'received';
      await em.flush();
      row.status = 'processing';
      await em.flush();
      row.fail('GitHub was away', null);
      await em.flush();
      await em.nativeDelete(EventProcessing, { eventId: event.id });
    });
    const failed = await api.send('GET', '/v1/received-events?state=failed');
    expect(failed.body.items.map((one: { id: string }) => one.id)).toEqual([id]);
    const from = new Date(Date.now() - 3_600_000).toISOString();
    expect((await replay('/replay', { from, state: 'failed' })).body).toEqual({ events: 1, handlers: 1 });
    expect((await outcome(second, 'start-workflow')).reason).toMatch(/^had started workflow/);
    expect((await replay('/replay', { from, type: 'issues.*' })).body).toEqual({ events: 2, handlers: 2 });
    expect((await outcome(started, 'start-workflow')).reason).toMatch(/^had started workflow/);
    await outcome(second, 'start-workflow');
    expect(await db().workflows((em) => em.count(WorkflowExecution, {}))).toBe(2);
    const noted = await db().events((em) => em.find(AuditEntry, { action: 'event.replayed' }));
    expect(noted.map(({ actorKind, actorName }) => `${actorKind} ${actorName}`)).toContain('key ci');
    expect(noted.map(({ subjectId }) => subjectId)).toContain(event.id);

    // counted twice, it is there once
    for (const _ of [1, 2]) await aggregateDays(system.engine.databases, new Date());
    const counts = await api.send('GET', '/v1/event-counts?by=type&source=github');
    expect(counts.body.items).toMatchObject([
      { source: 'github', type: 'issues.labeled', events: 2, actors: 1, targets: 2, successRate: 100 },
      { source: 'github', type: 'ping', events: 1 },
    ]);
    const perDay = await api.send('GET', '/v1/event-counts?by=day');
    expect(perDay.body.items).toMatchObject([{ source: null, type: null, events: expect.any(Number) }]);
    expect(perDay.body.items[0].events).toBeGreaterThanOrEqual(3);

    const pages: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await api.send('GET', `/v1/received-events?limit=1${cursor}`);
      pages.push(...body.items.map((one: { externalId: string }) => one.externalId));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(pages).toEqual([second, chat, started]);
  }, 60_000);

  test('a merge by hand of which no webhook tells is asked for, and the workflow goes on', async () => {
    workWithoutMaintenance();
    const id = await untilMergeIsAsked();
    const { finalPrNumber } = await system.workflow(id);
    expect(await poll()).toBe('asked for 1 workflows under way; nobody had told of 0 events');
    // an answer counts in a pause as well
    const { engine, organizationId } = system;
    const send = (type: 'pause' | 'resume') =>
      receiveSignal(engine, { organizationId, workflowId: id, type, actor: 'Ada' });
    await send('pause');
    await atGitHub('PUT', `pulls/${finalPrNumber}/merge`, {});
    expect(await poll()).toBe('asked for 1 workflows under way; nobody had told of 1 events');
    const [closed] = await db().events((em) => em.find(Event, { eventType: 'pull_request.closed' }));
    await outcome(String(closed?.externalId), 'settle-merge-gate');
    await send('resume');
    expect((await system.until(id, ['completed', 'failed'], 60_000)).status).toBe('completed');
    const approvals = await db().workflows((em) =>
      em.find(Signal, { workflowExecutionId: id, gate: 'merge' }),
    );
    expect(approvals).toMatchObject([
      {
        type: 'approve',
        actor: 'github:sandbox-bot',
        reason: `merged pull request #${finalPrNumber} at GitHub`,
      },
    ]);
    const told = await api.send('GET', '/v1/received-events?type=pull_request.closed');
    expect(told.body.items).toMatchObject([
      {
        handlers: expect.arrayContaining([
          expect.objectContaining({ name: 'settle-merge-gate', status: 'processed' }),
        ]),
      },
    ]);
    const asked = (await api.send('GET', '/v1/sources')).body.items;
    expect(asked.map(({ name }: { name: string }) => name)).toContain('GitHub, asked');
    expect(await poll()).toBe('asked for 0 workflows under way; nobody had told of 0 events');
  }, 120_000);

  test('a workflow whose repository was typed in other capitals hears of its branches and pull requests', async () => {
    system.work();
    const { owner, name } = system.repository;
    const id = await system.enqueue({
      repository: { owner: owner.toUpperCase(), name: name.toUpperCase() },
      requirements: `# One\n\n${requirements}`,
      options: { autoConfirmPlan: true },
    });
    await system.untilAsked(id, 90_000);
    const [pull] = await db().task((em) => em.find(StepPullRequest, { workflowId: id }));
    const { number, headBranch: ref } = pull as StepPullRequest;
    const ofStep = await deliver('pull_request', {
      action: 'reopened',
      pull_request: { number, head: { ref }, merged: false },
    });
    expect((await outcome(ofStep, 'mirror-pull-request')).status).toBe('processed');
    expect((await outcome(ofStep, 'wake-waiting-work')).reason).toMatch(/of 1 workflows look again$/);
    const { finalPrNumber } = await system.workflow(id);
    await atGitHub('PUT', `pulls/${finalPrNumber}/merge`, {});
    const merged = await deliver('pull_request', {
      action: 'closed',
      pull_request: { number: finalPrNumber, merged: true },
    });
    expect((await outcome(merged, 'settle-merge-gate')).status).toBe('processed');
    expect((await system.until(id, ['completed', 'failed'], 60_000)).status).toBe('completed');
  }, 180_000);

  test('commands in comments of which no webhook tells are asked for, at GitHub and at Linear, and obeyed once', async () => {
    workWithoutMaintenance();
    const id = await untilMergeIsAsked();
    const { finalPrNumber, linearMainIssueId } = await system.workflow(id);
    const { github, linear } = system.engine.servicesOf(system.organizationId);
    const say = (text: string) => github.createComment(system.repository, Number(finalPrNumber), text);
    const edit = async (comment: string, body: string) => {
      // of the second in which it was written, GitHub's clock would not tell
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await atGitHub('PATCH', `issues/comments/${comment}`, { body });
    };
    const signals = () => {
      const asked = { workflowExecutionId: id, type: { $ne: 'requirements' as const } };
      return db().workflows((em) => em.find(Signal, asked, { orderBy: { createdAt: 'asc' } }));
    };
    const found = (events: number) => `asked for 1 workflows under way; nobody had told of ${events} events`;

    // refused when a webhook told of it, it is not obeyed when it is found, whatever is the case by then
    const early = await say('/gsw resume');
    const refused = await deliver('issue_comment', {
      action: 'created',
      issue: { number: finalPrNumber, pull_request: {} },
      comment: { id: Number(early.id), body: early.body, author_association: 'OWNER' },
      sender: { login: 'sandbox-bot' },
    });
    expect((await outcome(refused, 'obey-comment')).reason).toMatch(/takes no resume now/);
    expect(await poll()).toBe(found(1));
    const again = `asked/${fullName()}/comments/${early.id}`;
    expect((await outcome(again, 'obey-comment')).reason).toBe('it was told before, and heard then');

    await say('I would say /gsw approve');
    // what somebody writes into a comment that is there is no command of its author
    const edited = await say('Nothing yet.');
    await edit(edited.id, '/gsw cancel');
    const paused = await say('Not yet.\n\n/gsw pause for lunch');
    expect(await poll()).toBe(found(1));
    await system.until(id, ['paused']);
    expect(await poll()).toBe(found(0));
    // the webhook comes after all
    const told = await deliver('issue_comment', {
      action: 'created',
      issue: { number: finalPrNumber, pull_request: {} },
      comment: { id: Number(paused.id), body: paused.body, author_association: 'OWNER' },
      sender: { login: 'sandbox-bot' },
    });
    expect((await outcome(told, 'obey-comment')).reason).toBe('it was told before, and heard then');
    expect(await signals()).toMatchObject([{ type: 'pause', reason: 'for lunch' }]);

    await say('/gsw resume');
    expect(await poll()).toBe(found(1));
    await system.until(id, ['waiting', 'running']);
    await linear.createComment({
      id: randomUUID(),
      issueId: String(linearMainIssueId),
      body: '/GSW approve it is good',
    });
    expect(await poll()).toBe(found(1));
    expect((await system.until(id, ['completed', 'failed'], 60_000)).status).toBe('completed');
    expect((await signals()).map(({ type, actor, reason }) => [type, actor.split(':')[0], reason])).toEqual([
      ['pause', 'github', 'for lunch'],
      ['resume', 'github', null],
      ['approve', 'linear', 'it is good'],
    ]);
  }, 120_000);

  test('an issue of which no webhook tells that it was given the label is asked for, and starts one workflow', async () => {
    // without the maintenance, which would ask by itself
    system.work(['events']);
    const { owner, name } = system.repository;
    const pinned = await api.send('POST', '/v1/projects', { body: { repository: `${owner}/${name}` } });
    expect([200, 201]).toContain(pinned.status);
    const found = (events: number) => `asked for 0 workflows under way; nobody had told of ${events} events`;
    expect(await poll()).toBe(found(0));
    await atGitHub('POST', 'issues', { title: 'Nobody’s', body: requirements });
    await atGitHub('POST', 'issues', { title: 'Greet the reader', body: requirements, labels: ['gsw'] });
    // it is found again for as long as it has no workflow, and is stored once
    expect(await poll()).toBe(found(1));
    const workflows = () => db().workflows((em) => em.find(WorkflowExecution, {}));
    await expect.poll(async () => (await workflows()).length, { timeout: 20_000 }).toBe(1);
    expect(await poll()).toBe(found(0));
    expect(await workflows()).toMatchObject([
      { name: 'Greet the reader', createdBy: 'github:sandbox-bot', idempotencyKey: `github:${fullName()}#2` },
    ]);
    // the webhook comes after all
    const issue = { number: 2, title: 'Greet the reader', body: requirements };
    const told = await deliver('issues', { action: 'labeled', label: { name: 'gsw' }, issue });
    expect((await outcome(told, 'start-workflow')).reason).toMatch(/^had started workflow/);
    const { body } = await api.send('GET', '/v1/received-events?type=issues.labeled');
    const hooks = (await api.send('GET', '/v1/sources')).body.items.find(
      (one: { name: string }) => one.name === 'hooks',
    );
    const told2 = await db().events((em) => em.find(Event, { eventType: 'issues.labeled' }));
    expect(body.items).toHaveLength(2);
    expect(new Set(told2.map(({ eventSourceId }) => eventSourceId))).toEqual(new Set([hooks.id]));
  }, 60_000);

  test('of Linear’s issues, one with the label starts a workflow, asked for or told; those that a workflow made do not', async () => {
    const added = await api.send('POST', '/v1/sources', {
      body: {
        name: 'linear hooks',
        provider: 'linear',
        secret: 'lin_wh_secret_of_the_test',
        settings: { repository: fullName(), startLabel: 'go' },
      },
    });
    expect(added.status).toBe(201);
    const { linear } = system.engine.servicesOf(system.organizationId);
    const { id: teamId } = await linear.getTeam();
    const labelId = await linear.createLabel({ id: randomUUID(), teamId, name: 'go' });
    const issue = await linear.createIssue({
      id: randomUUID(),
      ...{ teamId, title: 'Greet the reader', description: requirements, labelIds: [labelId] },
    });
    expect(await poll()).toBe('asked for 0 workflows under way; nobody had told of 1 events');
    // only now: its maintenance would have asked by itself
    system.work();
    const workflows = () => db().workflows((em) => em.find(WorkflowExecution, {}));
    await expect.poll(async () => (await workflows()).length, { timeout: 20_000 }).toBe(1);
    const [started] = (await workflows()) as [WorkflowExecution];
    expect(started.idempotencyKey).toBe(`linear:${issue.identifier}`);
    await system.untilAsked(started.id);
    await api.send('POST', `/v1/workflows/${started.id}/signals`, { body: { type: 'approve' } });
    await system.untilAsked(started.id, 60_000);

    // as Linear tells of the issues that the workflow has made, were they to carry the agreed label
    const { linearMainIssueId, linearMainIssueKey } = await system.workflow(started.id);
    const raw = JSON.stringify({
      type: 'Issue',
      action: 'create',
      createdAt: new Date().toISOString(),
      webhookTimestamp: Date.now(),
      data: {
        id: linearMainIssueId,
        identifier: linearMainIssueKey,
        title: 'Greet the reader',
        description: requirements,
        labels: [{ name: 'go' }],
      },
    });
    const delivery = randomUUID();
    const answer = await api.send('POST', new URL(added.body.url, api.url).pathname, {
      key: null,
      body: raw,
      headers: {
        'linear-delivery': delivery,
        'linear-event': 'Issue',
        'linear-signature': createHmac('sha256', 'lin_wh_secret_of_the_test').update(raw).digest('hex'),
      },
    });
    expect(answer.status).toBe(202);
    expect(await outcome(delivery, 'start-workflow')).toMatchObject({
      status: 'ignored',
      reason: `a workflow made ${linearMainIssueKey} itself`,
    });
    expect(await workflows()).toHaveLength(1);
    // nor do its own labels make it look like one of people's
    const labels = system.sandbox.linear.labels().map((label) => label.name);
    expect(labels).toEqual(expect.arrayContaining(['go', 'gsw-workflow']));
    expect(labels).not.toContain('gsw');
    // or those that come after it, who share the databases, would ask for it, too
    const changed = await api.send('PATCH', `/v1/sources/${added.body.id}`, { body: { isActive: false } });
    expect(changed.status).toBe(200);
  }, 120_000);

  test('events that came while no worker was there, and whose jobs were lost, are handled by the next one', async () => {
    const deliveries: string[] = [];
    for (let number = 1; number <= 3; number++) {
      deliveries.push(await deliver('issues', labelled('gsw', { issue: issue(number) })));
    }
    await system.engine.queues.queue('events').obliterate({ force: true });
    system.work(['events', 'maintenance']);
    for (const delivery of deliveries) {
      expect((await outcome(delivery, 'start-workflow')).status).toBe('processed');
    }
    expect(await db().workflows((em) => em.count(WorkflowExecution, { createdBy: 'github:alice' }))).toBe(3);
  }, 60_000);
});
