/** What there is in the outside world, read from the sandbox servers: nothing of it is taken from our own rows. */
import { git, must } from '../sandbox/github/git-directory.ts';
import type { CommentRecord, PullRecord } from '../sandbox/github/records.ts';
import type { WebhookDelivery } from '../sandbox/github/webhooks.ts';
import type { LinearSandbox } from '../sandbox/linear/server.ts';
import type { Sandbox } from '../sandbox/start.ts';

export type RepositoryState = {
  /** Of the bare repository. */
  gitDirectory: string;
  branches: string[];
  pulls: PullRecord[];
  comments: CommentRecord[];
  /** First lines of the messages of all merge commits that the default branch holds. */
  merges: string[];
};

export type World = {
  /** By full name. */
  repositories: Record<string, RepositoryState>;
  issues: ReturnType<LinearSandbox['issues']>;
  relations: ReturnType<LinearSandbox['relations']>;
  comments: ReturnType<LinearSandbox['comments']>;
  attachments: ReturnType<LinearSandbox['attachments']>;
  labels: ReturnType<LinearSandbox['labels']>;
  /** `turns`: how many prompts it was given. */
  runs: { id: string; runKey: string | null; status: string; turns: number }[];
  webhooks: WebhookDelivery[];
};

export async function readWorld({ github, linear, codegen }: Sandbox): Promise<World> {
  const repositories: World['repositories'] = {};
  for (const fullName of github.repositories()) {
    const [owner = '', name = ''] = fullName.split('/');
    const { defaultBranch, gitDirectory } = github.repository({ owner, name });
    repositories[fullName] = {
      gitDirectory,
      branches: Object.keys(await github.branches({ owner, name })),
      pulls: await github.pullRequests({ owner, name }),
      comments: await github.comments({ owner, name }),
      merges: (await must(git(gitDirectory, ['log', '--merges', '--format=%s', defaultBranch])))
        .split('\n')
        .filter(Boolean),
    };
  }
  await github.webhooks.settle();
  return {
    repositories,
    webhooks: github.webhooks.deliveries,
    issues: linear.issues(),
    relations: linear.relations(),
    comments: linear.comments(),
    attachments: linear.attachments(),
    labels: linear.labels(),
    runs: codegen.runs().map(({ id, metadata, status, prompts }) => ({
      id: String(id),
      runKey: typeof metadata?.runKey === 'string' ? metadata.runKey : null,
      status,
      turns: prompts.length,
    })),
  };
}
