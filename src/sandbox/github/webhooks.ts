/**
 * Sends webhooks as GitHub does: of each change in the records of a repository, signed, with an id of its own, once, whether
 * or not somebody takes it. Some may be sent once more under their ids, as people can have it done at GitHub.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { checkRunJson } from './json/check-run-json.ts';
import { pullListJson } from './json/pull-request-json.ts';
import { repositoryJson, repositoryUrl } from './json/repository-json.ts';
import { commentJson, statusJson } from './json/status-json.ts';
import { userJson } from './json/user-json.ts';
import type { PullRecord, RepositoryRecord } from './records.ts';
import type { SandboxRepository } from './repository.ts';

export type Hook = { url: string; secret: string };

export type WebhookDelivery = {
  /** `X-GitHub-Delivery`. */
  id: string;
  /** `X-GitHub-Event`. */
  event: string;
  /** What was answered, the last time where it was sent again; null where nothing was. */
  status: number | null;
};

type Sent = WebhookDelivery & { body: string };
type News = { event: string; sender: string; body: Record<string, unknown> };

/** GitHub waits no longer either. */
const patienceMs = 10_000;

export class Webhooks {
  readonly #sent: Sent[] = [];
  readonly #seen = new WeakMap<SandboxRepository, Seen>();
  readonly #underWay = new Set<Promise<void>>();
  #to: { hook: Hook; origin: string } | undefined;

  /** @param origin of this GitHub, for the addresses in what is sent */
  sendTo(hook: Hook, origin: string, repositories: readonly SandboxRepository[]): void {
    this.#to = { hook, origin };
    for (const repository of repositories) this.#seen.set(repository, seenIn(repository.record));
  }

  /** To be told after each change of the records. */
  readonly changed = (repository: SandboxRepository): void => {
    if (!this.#to) return;
    const { origin } = this.#to;
    const before = this.#seen.get(repository);
    this.#seen.set(repository, seenIn(repository.record));
    // one that was just added has no past
    if (!before) return;
    for (const { event, sender, body } of newsOf(repository, before, origin)) {
      const common = {
        repository: repositoryJson(origin, repository.record),
        sender: userJson(origin, sender),
      };
      const sent: Sent = {
        id: randomUUID(),
        event,
        status: null,
        body: JSON.stringify({ ...body, ...common }),
      };
      this.#sent.push(sent);
      void this.#send(sent);
    }
  };

  get deliveries(): WebhookDelivery[] {
    return this.#sent.map(({ id, event, status }) => ({ id, event, status }));
  }

  /** Sends the last ones again, the latest first, so that they come out of order as well. Gives how many. */
  async redeliver(count: number): Promise<number> {
    const again = this.#sent.slice(-count).reverse();
    for (const sent of again) await this.#send(sent);
    return again.length;
  }

  /** Resolves when nothing is under way. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #send(sent: Sent): Promise<void> {
    const sending = this.#post(sent).finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
    return sending;
  }

  async #post(sent: Sent): Promise<void> {
    const { url, secret } = (this.#to as { hook: Hook }).hook;
    const signature = createHmac('sha256', secret).update(sent.body).digest('hex');
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/sandbox',
        'x-github-event': sent.event,
        'x-github-delivery': sent.id,
        'x-hub-signature-256': `sha256=${signature}`,
      },
      body: sent.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
    }).catch(() => null);
    await answer?.body?.cancel().catch(() => undefined);
    // what was taken once stays taken, whatever became of it when it was sent again
    if (sent.status === null || sent.status >= 300) sent.status = answer?.status ?? null;
  }
}

/** As much of the records as tells what is new in them. */
type Seen = {
  pulls: Map<number, Pick<PullRecord, 'state' | 'headSha'>>;
  comments: Set<number>;
  statuses: Set<number>;
  runs: Map<number, string>;
};

const seenIn = ({ pulls, comments, statuses, checkRuns }: RepositoryRecord): Seen => ({
  pulls: new Map(pulls.map(({ number, state, headSha }) => [number, { state, headSha }])),
  comments: new Set(comments.map(({ id }) => id)),
  statuses: new Set(statuses.map(({ id }) => id)),
  runs: new Map(checkRuns.map(({ id, status }) => [id, status])),
});

function newsOf(repository: SandboxRepository, before: Seen, origin: string): News[] {
  const { record } = repository;
  const pulls = record.pulls.flatMap((pull): News[] => {
    const action = actionOf(pull, before.pulls.get(pull.number));
    if (!action) return [];
    const shown = { ...pullListJson(origin, repository, pull), merged: pull.mergedAt !== null };
    const sender = action === 'closed' ? (pull.mergedBy ?? pull.author) : pull.author;
    return [{ event: 'pull_request', sender, body: { action, number: pull.number, pull_request: shown } }];
  });
  const comments = record.comments
    .filter(({ id }) => !before.comments.has(id))
    .map((comment): News => {
      const pull = repository.pull(comment.issue);
      const { number, title, state } = pull;
      const address = `${repositoryUrl(origin, record)}/pulls/${number}`;
      const issue = { number, title, state, pull_request: { url: address } };
      const body = { action: 'created', issue, comment: commentJson(origin, record, comment) };
      return { event: 'issue_comment', sender: comment.author, body };
    });
  const statuses = record.statuses
    .filter(({ id }) => !before.statuses.has(id))
    .map((status): News => {
      const branches = headsAt(record, status.sha).map((name) => ({ name, commit: { sha: status.sha } }));
      const body = { ...statusJson(origin, record, status), sha: status.sha, branches };
      return { event: 'status', sender: status.creator, body };
    });
  const runs = record.checkRuns
    .filter(({ id, status }) => before.runs.get(id) !== status)
    .map((run): News => {
      const action = run.status === 'completed' ? 'completed' : 'created';
      const suite = { id: run.suite, head_sha: run.sha, head_branch: headsAt(record, run.sha)[0] ?? null };
      const shown = { ...checkRunJson(origin, record, run), check_suite: suite };
      return { event: 'check_run', sender: record.owner, body: { action, check_run: shown } };
    });
  return [...pulls, ...comments, ...statuses, ...runs];
}

function actionOf(pull: PullRecord, was: Pick<PullRecord, 'state' | 'headSha'> | undefined): string | null {
  if (!was) return 'opened';
  if (was.state !== pull.state) return pull.state === 'closed' ? 'closed' : 'reopened';
  return was.headSha === pull.headSha ? null : 'synchronize';
}

const headsAt = ({ pulls }: RepositoryRecord, sha: string): string[] =>
  pulls.filter(({ headSha }) => headSha === sha).map(({ head }) => head);
