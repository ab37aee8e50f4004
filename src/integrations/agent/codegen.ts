/**
 * Coding agents that run at Codegen. Its API has no idempotency key and no webhooks, so a run is known again by the
 * `runKey` in its metadata, and watched by asking.
 *
 * What stays unprovable: a run could appear in the list only after `find` has looked; and a follow-up leaves no trace
 * of its key, so `followUp` tells by the state of the run whether it was sent. A crash right after sending, followed
 * by the run finishing before the retry, sends the same follow-up a second time, on the same run and branch.
 */
import { PermanentFailure, RetryLater, reasonOf } from '../../engine/errors.ts';
import { isPullRequestOf, pullRequestAt } from '../../pull-request-url.ts';
import { type CodegenOptions, type CodegenRun, createCodegenApi } from './codegen-api.ts';
import { codegenPrompt } from './codegen-prompt.ts';
import { createRepositoryLookup } from './codegen-repositories.ts';
import type { Agent, AgentRun, AgentState, RemoteOf } from './port.ts';
import { branchWithCommitsOf } from './remote-branch.ts';

/** Runs older than this are not looked through by `find`: no operation is still undecided by then. */
const findHorizonMs = 30 * 24 * 3_600_000;

const states: Record<string, AgentState> = {
  COMPLETE: 'completed',
  COMPLETED: 'completed',
  ERROR: 'failed',
  FAILED: 'failed',
  TIMEOUT: 'failed',
  CANCELLED: 'cancelled',
  CANCELED: 'cancelled',
  STOPPED: 'cancelled',
};

export function createCodegen(options: CodegenOptions & { remoteOf: RemoteOf }): Agent {
  const api = createCodegenApi(options);
  const repositoryId = createRepositoryLookup(api);
  const get = async (id: string) => toAgentRun(await api.getRun(Number(id)));

  return {
    name: 'codegen',

    async checkAccess() {
      await api.repositories().next();
      return 'Codegen takes the token and knows the organization';
    },

    async start(request) {
      const { runKey, workspace } = request;
      const repo = workspace ? { repo_id: await repositoryId(workspace.repository) } : {};
      return toAgentRun(
        await api.createRun({ prompt: codegenPrompt(request), ...repo, metadata: { runKey } }),
      );
    },

    async find(runKey) {
      const horizon = Date.now() - findHorizonMs;
      for await (const run of api.runs()) {
        if (run.metadata?.runKey === runKey) return toAgentRun(run);
        if (run.created_at && Date.parse(run.created_at) < horizon) return null;
      }
      return null;
    },

    get,

    async followUp(id, request) {
      const before = await get(id);
      // Only a finished run is given more to do, so one at work is at work on this follow-up already.
      if (before.state === 'running') return before;
      try {
        const run = await api.resumeRun({ agent_run_id: Number(id), prompt: codegenPrompt(request) });
        return { ...toAgentRun(run), state: 'running', result: null, error: null };
      } catch (error) {
        if (error instanceof PermanentFailure || error instanceof RetryLater) throw error;
        const after = await get(id).catch(() => null);
        if (after?.state === 'running') return after;
        throw new Error(`It is not known whether Codegen took the follow-up: ${reasonOf(error)}`);
      }
    },

    async stop(id) {
      if ((await get(id)).state === 'running') await api.banRun(Number(id));
    },

    async publish(id, workspace) {
      const { pullRequests } = await get(id);
      const { repository } = workspace;
      const own = pullRequests.filter(({ url }) => isPullRequestOf(repository, url));
      return branchWithCommitsOf(workspace, await options.remoteOf(repository), own);
    },
  };
}

function toAgentRun(run: CodegenRun): AgentRun {
  const state = states[run.status?.trim().toUpperCase() ?? ''] ?? 'running';
  const said = run.result ?? run.summary ?? null;
  return {
    id: String(run.id),
    state,
    rawState: run.status ?? '',
    result: state === 'completed' ? said : null,
    error: state === 'failed' ? (said ?? `Codegen ended the run with status ${run.status}.`) : null,
    url: run.web_url ?? null,
    pullRequests: (run.github_pull_requests ?? []).flatMap(({ url, head_branch_name }) => {
      const number = pullRequestAt(url ?? '')?.number;
      return url && number ? [{ number, url, headBranch: head_branch_name ?? null }] : [];
    }),
    usage: null,
  };
}
