/** The rules by which GitHub opens, changes and merges pull requests. */
import { type FieldError, invalid, Refusal } from './answers.ts';
import { latestRuns } from './check-runs.ts';
import type { PullRecord } from './records.ts';
import { markMerged, now, type SandboxRepository } from './repository.ts';

const custom = (message: string): FieldError => ({ resource: 'PullRequest', code: 'custom', message });
const wrong = (field: string): FieldError => ({ resource: 'PullRequest', field, code: 'invalid' });

export type PullInput = { title: string; body: string | null; head: string; base: string; isDraft: boolean };

export async function openPull(
  repository: SandboxRepository,
  input: PullInput,
  author: string,
): Promise<PullRecord> {
  const { record } = repository;
  const head = input.head.includes(':') ? input.head.slice(input.head.indexOf(':') + 1) : input.head;
  const shas = await checkBranches(repository, head, input.base);
  if (record.pulls.some((o) => o.state === 'open' && o.head === head && o.base === input.base)) {
    throw invalid(custom(`A pull request already exists for ${record.owner}:${head}.`));
  }
  const time = now();
  record.lastNumber += 1;
  const pull: PullRecord = {
    ...input,
    ...shas,
    head,
    number: record.lastNumber,
    state: 'open',
    author,
    createdAt: time,
    updatedAt: time,
    closedAt: null,
    mergedAt: null,
    mergedBy: null,
    mergeCommitSha: null,
  };
  record.pulls.push(pull);
  repository.save();
  return pull;
}

export type PullChange = {
  title: string | undefined;
  body: string | undefined;
  base: string | undefined;
  state: string | undefined;
};

export async function changePull(
  repository: SandboxRepository,
  pull: PullRecord,
  change: PullChange,
): Promise<void> {
  if (change.base !== undefined && change.base !== pull.base) {
    if (pull.state === 'closed') {
      throw invalid(custom('Cannot change the base branch of a closed pull request.'));
    }
    const shas = await checkBranches(repository, pull.head, change.base);
    const isTaken = repository.record.pulls.some(
      (other) => other.state === 'open' && other.head === pull.head && other.base === change.base,
    );
    if (isTaken) {
      const branches = `base branch '${change.base}' and head branch '${pull.head}'`;
      throw invalid(custom(`A pull request already exists for ${branches}`));
    }
    Object.assign(pull, shas, { base: change.base });
  }
  if (change.state === 'closed' && pull.state === 'open') {
    Object.assign(pull, { state: 'closed', closedAt: now() });
  }
  if (change.state === 'open' && pull.state === 'closed') {
    if (pull.mergedAt) throw invalid(wrong('state'));
    Object.assign(pull, await checkBranches(repository, pull.head, pull.base), {
      state: 'open',
      closedAt: null,
    });
  }
  pull.title = change.title ?? pull.title;
  pull.body = change.body ?? pull.body;
  pull.updatedAt = now();
  repository.save();
}

/** Both branches must exist and differ by at least one commit. */
async function checkBranches(repository: SandboxRepository, head: string, base: string) {
  const branches = await repository.git.branches();
  const headSha = branches.get(head);
  const baseSha = branches.get(base);
  if (!headSha || !baseSha) throw invalid(wrong(headSha ? 'base' : 'head'));
  if (!(await repository.git.mergeBase(baseSha, headSha))) {
    throw invalid(custom(`The ${head} branch has no history in common with ${base}`));
  }
  if (await repository.git.isAncestor(headSha, baseSha)) {
    throw invalid(custom(`No commits between ${base} and ${head}`));
  }
  return { headSha, baseSha };
}

/** Why an open pull request cannot be merged now; undefined where it can. */
export async function obstacleOf(
  repository: SandboxRepository,
  pull: PullRecord,
): Promise<{ state: 'dirty' | 'behind' | 'blocked'; message: string } | undefined> {
  if (!(await repository.git.mergeTree(pull.baseSha, pull.headSha))) {
    return { state: 'dirty', message: 'Pull Request is not mergeable' };
  }
  const { requiredChecks, ruledChecks, statuses, mergeRules } = repository.record;
  if (mergeRules?.[pull.base]?.isStrict && !(await repository.git.isAncestor(pull.baseSha, pull.headSha))) {
    // as GitHub words it, though they all have passed
    return { state: 'behind', message: '1 of 1 required status checks are expected.' };
  }
  const runs = latestRuns(repository.record, pull.headSha);
  for (const context of [...(requiredChecks[pull.base] ?? []), ...(ruledChecks[pull.base] ?? [])]) {
    const status = statuses.findLast((one) => one.sha === pull.headSha && one.context === context);
    const ofRuns = runs.filter(({ name }) => name === context).map((run) => run.conclusion ?? 'pending');
    const states = status ? [...ofRuns, status.state] : ofRuns;
    if (states.length === 0 || states.some((state) => state !== 'success')) {
      const isFailing = states.some((state) => state !== 'success' && state !== 'pending');
      const verb = isFailing ? 'failing' : 'expected';
      return { state: 'blocked', message: `Required status check "${context}" is ${verb}.` };
    }
  }
  return undefined;
}

export type MergeRequest = {
  sha: string | undefined;
  method: string;
  title: string | undefined;
  message: string | undefined;
};

/** Merges on the server and gives the merge commit. */
export async function mergePull(
  repository: SandboxRepository,
  pull: PullRecord,
  { sha, method, title, message }: MergeRequest,
  login: string,
): Promise<string> {
  if (pull.state === 'closed') throw new Refusal(405, 'Pull Request is not mergeable');
  if (sha !== undefined && sha !== pull.headSha) {
    throw new Refusal(409, 'Head branch was modified. Review and try the merge again.');
  }
  const obstacle = await obstacleOf(repository, pull);
  if (obstacle) throw new Refusal(405, obstacle.message);
  if (method === 'rebase') throw new Refusal(405, 'Rebase merges are not allowed on this repository.');
  const { git, record } = repository;
  if (method === 'merge' && record.isSquashOnly) {
    throw new Refusal(405, 'Merge commits are not allowed on this repository.');
  }
  const { linear, ways } = record.mergeRules?.[pull.base] ?? {};
  if (method === 'merge' && linear) throw new Refusal(405, 'This branch must not contain merge commits.');
  if (ways && !ways.some((way) => way === method)) {
    throw new Refusal(405, `The merge method ${method} is not allowed by the rules of ${pull.base}.`);
  }
  const tree = (await git.mergeTree(pull.baseSha, pull.headSha)) ?? '';
  const isSquash = method === 'squash';
  const subject =
    title ??
    (isSquash
      ? `${pull.title} (#${pull.number})`
      : `Merge pull request #${pull.number} from ${record.owner}/${pull.head}`);
  const parents = isSquash ? [pull.baseSha] : [pull.baseSha, pull.headSha];
  const commit = await git.commitTree(tree, parents, `${subject}\n\n${message ?? pull.title}`);
  if (!(await git.updateRef(`refs/heads/${pull.base}`, commit, pull.baseSha))) {
    throw new Refusal(409, 'Base branch was modified. Review and try the merge again.');
  }
  markMerged(pull, commit, login);
  repository.save();
  return commit;
}
