import { randomUUID } from 'node:crypto';
import { sign } from '@octokit/webhooks-methods';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Event } from '../../entities/events/event.ts';
import { EventCorrelation } from '../../entities/events/event-correlation.ts';
import { EventProcessing } from '../../entities/events/event-processing.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import { Signal } from '../../entities/workflows/signal.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
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
    const id = await system.enqueue({
      requirements: `# One\n\n${requirements}`,
      options: { autoConfirmPlan: true },
    });
    await system.untilAsked(id, 60_000);
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
