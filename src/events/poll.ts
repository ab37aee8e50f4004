/**
 * Asks GitHub what a webhook that was lost would have told: that somebody merged or closed a pull request that a workflow
 * under way goes by. What is found is stored as the event that was missed, once, and goes to the same handlers. Checks and
 * agent runs are not asked for here: the work that waits for them asks itself.
 */
import { randomUUID } from 'node:crypto';
import { EventSource } from '../../entities/events/event-source.ts';
import { GithubProject } from '../../entities/task/github-project.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import type { Databases } from '../databases/connect.ts';
import { insertRows } from '../databases/insert-rows.ts';
import type { Services } from '../engine/define.ts';
import { deriveId } from '../engine/derive.ts';
import { reasonOf } from '../engine/errors.ts';
import { type EventHandlerDefinition, handlersOf } from '../engine/events/define-event-handler.ts';
import type { PullRequest, RepositoryName } from '../integrations/github/port.ts';
import { redact } from '../security/redact.ts';
import { storeArrival } from './store.ts';

export type Poller = {
  databases: Databases;
  servicesOf(organizationId: string): Pick<Services, 'github'>;
  handlers: readonly EventHandlerDefinition[];
  /** How often it is done. */
  everyMs: number;
  /** Aborts when it is to stop at the next good place. */
  signal: AbortSignal;
};

type Watched = RepositoryName & { number: number };

/** Gives how many pull requests it asked for, how many events it stored, and why it did not get on, by organisation. */
export async function pollPullRequests(
  poller: Poller,
): Promise<{ asked: number; stored: number; failures: string[] }> {
  const done = { asked: 0, stored: 0, failures: [] as string[] };
  for (const [organizationId, workflows] of await workflowsUnderWay(poller.databases)) {
    if (poller.signal.aborted) break;
    const watched = await watchedOf(poller.databases, organizationId, workflows);
    if (watched.length === 0) continue;
    const sourceId = await ensureSource(poller, organizationId);
    let failure: string | null = null;
    try {
      for (const one of watched) {
        if (poller.signal.aborted) break;
        const pull = await poller.servicesOf(organizationId).github.getPullRequest(one, one.number);
        done.asked += 1;
        if (pull.state !== 'open' && (await store(poller, organizationId, sourceId, one, pull)))
          done.stored += 1;
      }
    } catch (error) {
      // a limit or an outage: the next pass asks again, and other organisations are not kept from theirs
      failure = redact(reasonOf(error));
      done.failures.push(`${organizationId}: ${failure}`);
    }
    await noteOutcome(poller, organizationId, sourceId, failure);
  }
  return done;
}

type UnderWay = {
  id: string;
  organization_id: string;
  github_owner: string;
  github_repo_name: string;
  final: number | null;
};

/** By organisation; `final` is the number of a pull request whose merge is waited for. */
async function workflowsUnderWay(databases: Databases): Promise<Map<string, UnderWay[]>> {
  const rows = await databases.maintenance.workflows((em) =>
    em.execute<UnderWay[]>(
      `select id, organization_id, github_owner, github_repo_name,
              case when exists (select from workflow_stage_executions stage
                                 where stage.workflow_execution_id = workflow.id and stage.open_gate = 'merge')
                   then final_pr_number end as final
         from workflow_executions workflow where status in ('running', 'waiting')`,
    ),
  );
  return Map.groupBy(rows, ({ organization_id }) => organization_id);
}

async function watchedOf(
  databases: Databases,
  organizationId: string,
  workflows: readonly UnderWay[],
): Promise<Watched[]> {
  const finals = workflows.flatMap(({ github_owner: owner, github_repo_name: name, final }) =>
    final === null ? [] : [{ owner, name, number: final }],
  );
  const ofSteps = await databases.inOrganization(organizationId).task(async (em) => {
    const pulls = await em.find(StepPullRequest, {
      workflowId: workflows.map(({ id }) => id),
      status: ['open', 'validated', 'rejected'],
    });
    const projects = await em.find(GithubProject, { id: pulls.map((pull) => pull.githubProjectId) });
    return pulls.flatMap(({ githubProjectId, number }) => {
      const project = projects.find(({ id }) => id === githubProjectId);
      return project ? [{ owner: project.githubOwner, name: project.githubRepoName, number }] : [];
    });
  });
  return [...finals, ...ofSteps];
}

const idOf = (organizationId: string): string => deriveId(organizationId, 'event-source', 'asked', 'github');

/** What is asked for has a source, too, which says when that last succeeded. */
async function ensureSource({ databases, everyMs }: Poller, organizationId: string): Promise<string> {
  const id = idOf(organizationId);
  const row = {
    id,
    organizationId,
    name: 'GitHub, asked',
    provider: 'github',
    syncIntervalMs: everyMs,
  } as const;
  await databases.inOrganization(organizationId).events((em) => insertRows(em, EventSource, [row]));
  return id;
}

function noteOutcome(
  { databases, everyMs }: Poller,
  organizationId: string,
  id: string,
  failure: string | null,
): Promise<void> {
  const now = new Date();
  const next = new Date(now.getTime() + everyMs);
  return databases.inOrganization(organizationId).events(async (em) => {
    const row = await em.findOneOrFail(EventSource, { id });
    if (failure === null) row.recordSuccess(now, next);
    else row.recordFailure(now, failure, next);
  });
}

function store(
  { databases, handlers }: Poller,
  organizationId: string,
  sourceId: string,
  { owner, name, number }: Watched,
  pull: PullRequest,
): Promise<boolean> {
  const eventType = 'pull_request.closed';
  const fullName = `${owner}/${name}`;
  const merged = pull.state === 'merged';
  return storeArrival(databases, organizationId, {
    id: randomUUID(),
    source: { id: sourceId, provider: 'github' },
    told: {
      externalId: `asked/${fullName}#${number}/${pull.state}/${pull.mergeCommitSha ?? pull.headSha}`,
      eventType,
      title: pull.title.slice(0, 500),
      targetType: 'pull_request',
      targetId: String(number),
      threadId: `${fullName}#${number}`,
      sourceUrl: pull.url,
    },
    // as a webhook has it, as far as we were told
    body: {
      action: 'closed',
      repository: { full_name: fullName },
      pull_request: {
        number,
        title: pull.title,
        html_url: pull.url,
        state: 'closed',
        merged,
        merge_commit_sha: pull.mergeCommitSha,
        head: { ref: pull.headBranch, sha: pull.headSha },
        base: { ref: pull.baseBranch },
      },
    },
    handlers: handlersOf(handlers, 'github', eventType).map((handler) => handler.name),
  });
}
