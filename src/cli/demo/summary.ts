/** What a demo has brought about, counted at the sandboxes themselves rather than in our own rows. */
import { pathToFileURL } from 'node:url';
import type { WorkflowView } from '../../http/views/workflow-view.ts';
import { git, must } from '../../sandbox/github/git-directory.ts';
import type { Sandbox } from '../../sandbox/start.ts';
import { count, duration, type Paint, spaced } from '../style.ts';
import type { DemoRepository } from './repository.ts';

const shownCommits = 8;

export type Outcome = {
  pulls: { number: number; title: string; head: string; base: string; merged: boolean }[];
  issues: { identifier: string; title: string; closed: boolean; isMain: boolean }[];
  /** Branches that the workflow made and that are still there. */
  branchesLeft: string[];
  /** In words; empty where everything is there exactly once. */
  duplicates: string[];
  commits: string[];
  files: string[];
};

export async function readOutcome(
  view: WorkflowView,
  { github, linear }: Sandbox,
  repository: DemoRepository,
): Promise<Outcome> {
  const pulls = (await github.pullRequests(repository)).map((pull) => ({
    ...pull,
    merged: pull.mergedAt !== null,
  }));
  // each issue names its workflow; the parent alone would not show a second main issue
  const issues = linear
    .issues()
    .filter(({ description }) => description?.includes(view.id))
    .map((issue) => ({
      ...issue,
      closed: issue.stateType === 'completed',
      isMain: issue.parentId === null,
    }));
  const prefix = `gsw/${view.id.slice(0, 8)}/`;
  const branches = Object.keys(await github.branches(repository));
  const range = `${repository.sha}..${repository.branch}`;
  const ask = async (...args: string[]) =>
    (await must(git(repository.gitDirectory, args))).split('\n').filter(Boolean);
  return {
    pulls,
    issues,
    branchesLeft: branches.filter((branch) => branch.startsWith(prefix)),
    duplicates: [
      ...twice(
        'pull request',
        pulls.map(({ head, base }) => `${head} → ${base}`),
      ),
      ...twice(
        'issue',
        issues.map(({ title, isMain }) => `${isMain ? 'main' : 'sub'} “${title}”`),
      ),
      ...(issues.filter(({ isMain }) => isMain).length > 1 ? ['several main issues'] : []),
    ],
    commits: await ask('log', '--oneline', '--no-decorate', range),
    files: await ask('diff', '--name-only', repository.sha, repository.branch),
  };
}

function twice(what: string, keys: string[]): string[] {
  return [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))].map(
    (key) => `${what} ${key}`,
  );
}

export function summaryLines(
  view: WorkflowView,
  outcome: Outcome,
  repository: DemoRepository,
  paint: Paint,
): string[] {
  const { pulls, issues, branchesLeft, duplicates, commits, files } = outcome;
  const { owner, name, branch, gitDirectory } = repository;
  const main = issues.find(({ isMain }) => isMain);
  const open = issues.filter(({ closed }) => !closed);
  const line = (label: string, text: string) => `${paint('bold', label.padEnd(15))} ${text}`;
  const more = (text: string) => `${' '.repeat(15)} ${text}`;
  const stages = view.stages.map((stage) => `${spaced(stage.name)} ${duration(stage.durationMs ?? 0)}`);
  return [
    '',
    `${paint('green', '✓')} ${paint('bold', `“${view.plan?.title ?? view.name}” is merged into ${branch} of ${owner}/${name}`)}, ${duration(view.durationMs ?? 0)} after it was asked for.`,
    '',
    line(
      'Pull requests',
      `${pulls.length}, ${allOr(pulls.filter(({ merged }) => !merged).length, 'merged')}`,
    ),
    ...pulls.map((pull) => more(`#${pull.number} ${pull.title} ${paint('dim', `→ ${pull.base}`)}`)),
    line(
      'Linear issues',
      `${issues.length}, ${allOr(open.length, 'closed')}: ${main?.identifier ?? 'no main issue'} and ${count(issues.length - 1, 'sub-issue')}`,
    ),
    line('Stages', stages.slice(0, 4).join(' · ')),
    more(stages.slice(4).join(' · ')),
    line(
      'Exactly once',
      duplicates.length === 0 && branchesLeft.length === 0
        ? `no issue, pull request or branch is there twice, and no working branch is left over`
        : paint(
            'red',
            [
              ...duplicates.map((one) => `twice: ${one}`),
              ...branchesLeft.map((one) => `left over: ${one}`),
            ].join('; '),
          ),
    ),
    line('Files', files.join(', ')),
    line('Code', paint('cyan', `git -C ${quoted(gitDirectory)} log --oneline ${branch}`)),
    ...commits.slice(0, shownCommits).map(more),
    ...(commits.length > shownCommits ? [more(`and ${commits.length - shownCommits} more`)] : []),
    line('Have it', paint('cyan', `git clone ${pathToFileURL(gitDirectory).href} result`)),
  ];
}

const allOr = (missing: number, done: string) =>
  missing === 0 ? `all ${done}` : `${missing} of them not ${done}`;

const quoted = (text: string) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
