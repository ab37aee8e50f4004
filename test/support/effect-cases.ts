/** For each operation of the catalogue: what it needs beforehand, and how its effect is counted on the sandbox servers. */
import { randomUUID } from 'node:crypto';
import { PromptExecution } from '../../entities/prompts/prompt-execution.ts';
import type { Services } from '../../src/engine/define.ts';
import type { GitClone } from './git-clone.ts';
import type { TestSystem } from './system.ts';

export type Scene = Services & {
  system: TestSystem;
  repository: { owner: string; name: string };
  clone: GitClone;
  main: string;
};

export type EffectCase = {
  /** Gives the operation's input. */
  arrange(scene: Scene): Promise<object>;
  /** Everything that it may have done, or done twice, in the world. */
  effect(scene: Scene): Promise<unknown>;
  /** Where its answer is lost here, it may be done once more, and why nothing can be done about it. */
  mayRepeat?: { instant: string; why: string };
};

const nothing = async () => null;
const reads = (arrange: EffectCase['arrange']): EffectCase => ({ arrange, effect: nothing });
const ofRepository = ({ repository }: Scene) => repository;

async function openPull(scene: Scene, branch = 'feature'): Promise<{ number: number; headSha: string }> {
  const headSha = await scene.clone.pushFile(branch, `${branch}.txt`, 'new\n');
  const pull = { head: branch, base: 'main', title: 'A change', body: 'Why' };
  const { number } = await scene.github.openPullRequest(scene.repository, pull);
  return { number, headSha };
}

/** Merges into `main` since the start, seen by git. */
async function merges({ clone, main }: Scene): Promise<number> {
  await clone.git('fetch', '--quiet', 'origin');
  return Number(await clone.git('rev-list', '--count', '--merges', `${main}..origin/main`));
}

async function newIssue({ linear }: Scene): Promise<string> {
  const team = await linear.getTeam();
  const issue = { id: randomUUID(), teamId: team.id, title: 'An issue', description: '' };
  return (await linear.createIssue(issue)).id;
}

async function execution({ system }: Scene): Promise<string> {
  const { organizationId } = system;
  const id = randomUUID();
  await system.engine.databases.inOrganization(organizationId).prompts(async (em) => {
    em.create(PromptExecution, {
      id,
      organizationId,
      workflowId: randomUUID(),
      stage: 'a_stage',
      scope: 'a_stage',
      purpose: 'plan',
      prompt: 'Say hello.',
    });
    await em.flush();
  });
  return id;
}

async function endedRun(scene: Scene, withWork: boolean) {
  const { agent, clone, repository, main, system } = scene;
  const branch = 'work';
  await clone.git('push', '--quiet', 'origin', `${main}:refs/heads/${branch}`);
  const workspace = withWork ? { repository, branch, baseSha: main } : null;
  const { id } = await agent.start({ runKey: randomUUID(), prompt: 'Say hello.', workspace });
  for (let look = 0; (await agent.get(id)).state === 'running'; look++) {
    if (look > 200) throw new Error('the run does not end');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // what the agent of the sandbox would push for a step of a plan
  if (withWork) await clone.pushFile(branch, 'work.txt', 'done\n', `origin/${branch}`);
  return { runId: id, workspace, system };
}

const turns = async ({ system }: Scene) => system.sandbox.codegen.runs().map(({ prompts }) => prompts.length);

export const effectCases: Readonly<Record<string, EffectCase>> = {
  'read-repository': reads(async (scene) => ofRepository(scene)),
  'inspect-repository': reads(async ({ repository }) => ({
    repository,
    repositoryId: randomUUID(),
    branch: 'main',
  })),
  'read-branch': reads(async ({ repository }) => ({ repository, branch: 'main' })),
  'create-branch': {
    arrange: async ({ repository, main }) => ({ repository, branch: 'new', sha: main }),
    effect: ({ system, repository }) => system.sandbox.github.branches(repository),
  },
  'merge-branch': {
    async arrange({ repository, clone, main }) {
      await clone.pushFile('other', 'other.txt', 'other\n', main);
      await clone.pushFile('main', 'main.txt', 'main\n', main);
      return { repository, base: 'main', head: 'other', message: 'Merge other' };
    },
    effect: merges,
  },
  'delete-branch': {
    async arrange({ repository, clone }) {
      await clone.pushFile('old', 'old.txt', 'old\n');
      return { repository, branch: 'old' };
    },
    effect: ({ system, repository }) => system.sandbox.github.branches(repository),
  },
  'open-pull-request': {
    async arrange({ repository, clone }) {
      await clone.pushFile('feature', 'feature.txt', 'new\n');
      return { repository, head: 'feature', base: 'main', title: 'A change', body: 'Why' };
    },
    effect: async ({ system, repository }) => (await system.sandbox.github.pullRequests(repository)).length,
  },
  'adopt-pull-request': {
    async arrange(scene) {
      const { number } = await openPull(scene);
      await scene.github.createBranch(scene.repository, { name: 'development', sha: scene.main });
      return { repository: scene.repository, number, base: 'development' };
    },
    effect: async ({ system, repository }) =>
      (await system.sandbox.github.pullRequests(repository)).map(({ base }) => base),
  },
  'read-pull-request': reads(async (scene) => ({
    repository: scene.repository,
    number: (await openPull(scene)).number,
  })),
  'await-checks': reads(async (scene) => ({
    repository: scene.repository,
    sha: (await openPull(scene)).headSha,
    baseBranch: 'main',
  })),
  'examine-changes': reads(async (scene) => ({
    repository: scene.repository,
    number: (await openPull(scene)).number,
    expectedFiles: [],
  })),
  'comment-on-pull-request': {
    arrange: async (scene) => ({
      repository: scene.repository,
      number: (await openPull(scene)).number,
      body: 'Well done.',
    }),
    effect: async ({ system, repository }) => (await system.sandbox.github.comments(repository)).length,
  },
  'merge-pull-request': {
    arrange: async (scene) => ({
      repository: scene.repository,
      ...(await openPull(scene)),
      title: 'Merge it',
    }),
    effect: merges,
  },
  'close-pull-request': {
    arrange: async (scene) => ({ repository: scene.repository, number: (await openPull(scene)).number }),
    effect: async ({ system, repository }) =>
      (await system.sandbox.github.pullRequests(repository)).filter(({ state }) => state === 'closed').length,
  },
  'read-team': reads(async () => ({})),
  'ensure-label': {
    arrange: async ({ linear }) => ({ teamId: (await linear.getTeam()).id, name: `label ${randomUUID()}` }),
    effect: async ({ system }) => system.sandbox.linear.labels().length,
  },
  'create-issue': {
    arrange: async ({ linear }) => ({
      teamId: (await linear.getTeam()).id,
      title: 'New',
      description: '',
      labelIds: [],
    }),
    effect: async ({ system }) => system.sandbox.linear.issues().length,
  },
  'relate-issues': {
    arrange: async (scene) => ({ issueId: await newIssue(scene), blocksIssueId: await newIssue(scene) }),
    effect: async ({ system }) => system.sandbox.linear.relations().length,
  },
  'set-issue-state': {
    arrange: async (scene) => ({ issueId: await newIssue(scene), type: 'started' }),
    effect: async ({ system }) =>
      system.sandbox.linear.issues().filter(({ stateType }) => stateType === 'started').length,
  },
  'delete-issue': {
    arrange: async (scene) => ({ issueId: await newIssue(scene) }),
    effect: async ({ system }) => system.sandbox.linear.issues().filter(({ trashed }) => trashed).length,
  },
  'comment-on-issue': {
    arrange: async (scene) => ({ issueId: await newIssue(scene), body: 'Well done.' }),
    effect: async ({ system }) => system.sandbox.linear.comments().length,
  },
  'attach-link': {
    arrange: async (scene) => ({
      issueId: await newIssue(scene),
      url: 'https://example.org/',
      title: 'An example',
    }),
    effect: async ({ system }) => system.sandbox.linear.attachments().length,
  },
  'start-agent-run': {
    arrange: async (scene) => ({ executionId: await execution(scene), workspace: null }),
    effect: turns,
  },
  'follow-up-agent-run': {
    async arrange(scene) {
      const { runId } = await endedRun(scene, false);
      return { runId, executionId: await execution(scene), workspace: null };
    },
    effect: turns,
    mayRepeat: {
      instant: 'effect-made',
      why: 'Codegen knows no key of a follow-up: one that has ended before we look again leaves no trace',
    },
  },
  'await-agent-run': {
    async arrange(scene) {
      const { runId } = await endedRun(scene, false);
      return { runId, executionId: await execution(scene) };
    },
    effect: turns,
  },
  'stop-agent-run': {
    async arrange({ agent }) {
      const { id } = await agent.start({ runKey: randomUUID(), prompt: 'Say hello.', workspace: null });
      return { runId: id };
    },
    // whether it was stopped or came to its end before, nothing else is begun
    effect: turns,
  },
  'publish-branch': {
    async arrange(scene) {
      const { runId, workspace } = await endedRun(scene, true);
      return { runId, workspace };
    },
    effect: ({ system, repository }) => system.sandbox.github.branches(repository),
  },
};
