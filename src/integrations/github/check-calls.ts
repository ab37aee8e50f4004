import type { Octokit, RestEndpointMethodTypes } from '@octokit/rest';
import { PermanentFailure } from '../../engine/errors.ts';
import { ifTold, rulesOf } from './branch-rules.ts';
import { isRefusal, sentenceOf } from './failures.ts';
import type { Check, GitHub, RepositoryName } from './port.ts';
import { addressOf } from './repository-calls.ts';

type CheckRun = RestEndpointMethodTypes['checks']['listForRef']['response']['data']['check_runs'][number];
type Job = { name: string; status: string | null; conclusion: string | null; html_url: string | null };
type Status =
  RestEndpointMethodTypes['repos']['getCombinedStatusForRef']['response']['data']['statuses'][number];

const pageSize = 100;

/** From bad to good. */
const states: readonly Check['state'][] = ['pending', 'failure', 'neutral', 'success'];

/** Check runs and commit statuses, which GitHub keeps apart and people see as one list. */
export function checkCalls(client: Octokit): Pick<GitHub, 'listChecks' | 'requiredChecks'> {
  const { rest, paginate } = client;
  /** The newest status of each context; paged by hand, for Octokit does not know this answer's shape. */
  const statusesOf = async (repo: RepositoryName, ref: string): Promise<Status[]> => {
    const statuses: Status[] = [];
    for (let page = 1; ; page += 1) {
      const { data } = await rest.repos.getCombinedStatusForRef({
        ...addressOf(repo),
        ref,
        per_page: pageSize,
        page,
      });
      statuses.push(...data.statuses);
      if (data.statuses.length < pageSize) return statuses;
    }
  };

  const requiredByRules = async (repo: RepositoryName, branch: string): Promise<string[]> =>
    (await rulesOf(client, repo, branch)).flatMap((rule) =>
      rule.type === 'required_status_checks'
        ? (rule.parameters?.required_status_checks ?? []).map(({ context }) => context)
        : [],
    );

  /** As the branch itself tells it: its protection may be read by administrators alone. */
  const requiredByProtection = async (repo: RepositoryName, branch: string): Promise<string[]> => {
    const { data } = await rest.repos.getBranch({ ...addressOf(repo), branch });
    return data.protection?.required_status_checks?.contexts ?? [];
  };

  const runsOf = async (repo: RepositoryName, sha: string): Promise<Check[]> => {
    const filter = 'latest';
    const page = { ...addressOf(repo), per_page: pageSize };
    const runs = await paginate(rest.checks.listForRef, { ...page, ref: sha, filter });
    return runs.map(fromCheckRun);
  };

  /** The jobs of GitHub Actions, whose check runs have their names; checks of other Apps are not among them. */
  const jobsOf = async (repo: RepositoryName, sha: string): Promise<Check[]> => {
    const page = { ...addressOf(repo), per_page: pageSize };
    const workflows = await paginate(rest.actions.listWorkflowRunsForRepo, { ...page, head_sha: sha });
    const checks: Check[] = [];
    for (const workflow of workflows) {
      const jobs = await paginate(rest.actions.listJobsForWorkflowRun, { ...page, run_id: workflow.id });
      // none yet, or it could not start
      const all = jobs.length > 0 ? jobs : [{ ...workflow, name: workflow.name ?? 'GitHub Actions' }];
      checks.push(...all.map(fromJob));
    }
    return checks;
  };

  /** By what the token may read: no fine-grained personal token has the right to check runs of private repositories. */
  const runsAsTold = (repo: RepositoryName, sha: string): Promise<Check[]> =>
    runsOf(repo, sha).catch(async (error: unknown) => {
      if (!isRefusal(error, 403)) throw error;
      const jobs = await ifTold(jobsOf(repo, sha), null);
      if (jobs) return jobs;
      throw new PermanentFailure(
        `GitHub does not let its token read the checks of ${repo.owner}/${repo.name} (${sentenceOf(error)}). Give a GitHub App the right "Checks: read", a fine-grained token "Actions: read", or a classic token the scope "repo".`,
      );
    });

  return {
    async listChecks(repo, sha) {
      const runs = await runsAsTold(repo, sha);
      const statuses = await statusesOf(repo, sha);
      // The latest are those of each suite: jobs of two workflows may share a name, and none speaks for the other.
      const worst = new Map<string, Check>();
      for (const check of [...runs, ...statuses.map(fromStatus)]) {
        const known = worst.get(check.name);
        if (!known || states.indexOf(check.state) < states.indexOf(known.state)) worst.set(check.name, check);
      }
      return [...worst.values()];
    },

    async requiredChecks(repo, branch) {
      const byRules = await requiredByRules(repo, branch);
      const byProtection = await ifTold(requiredByProtection(repo, branch), []);
      return [...new Set([...byRules, ...byProtection])];
    },
  };
}

function fromCheckRun(run: CheckRun): Check {
  return {
    name: run.name,
    state: run.status === 'completed' ? stateOfConclusion(run.conclusion) : 'pending',
    summary: run.output.title ?? run.output.summary,
    url: run.html_url ?? run.details_url,
  };
}

function fromJob(job: Job): Check {
  return {
    name: job.name,
    state: job.status === 'completed' ? stateOfConclusion(job.conclusion) : 'pending',
    summary: null,
    url: job.html_url,
  };
}

function stateOfConclusion(conclusion: string | null): Check['state'] {
  if (conclusion === 'success') return 'success';
  return conclusion === 'neutral' || conclusion === 'skipped' ? 'neutral' : 'failure';
}

function fromStatus(status: Status): Check {
  return {
    name: status.context,
    state: status.state === 'success' || status.state === 'pending' ? status.state : 'failure',
    summary: status.description,
    url: status.target_url,
  };
}
