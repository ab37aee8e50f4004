/**
 * What the jobs need of a coding agent. Two adapters: `codegen.ts` (the Codegen REST API) and `command.ts` (any
 * command-line agent in a git worktree of its own).
 */
import type { GitRemote } from '../github/port.ts';

/** The repository and branch an agent works on; null for a question that needs no checkout. */
export type Workspace = {
  repository: { owner: string; name: string };
  /** Exists on the remote already; the agent's commits go here. */
  branch: string;
  /** The commit the branch was at when the run started: the agent has changed something where the head differs. */
  baseSha: string;
};

export type AgentRequest = {
  /** Our deterministic key of this run: how `find` knows it again. */
  runKey: string;
  prompt: string;
  workspace: Workspace | null;
};

/** Only `completed` is success; a status we do not know counts as `running`. */
export type AgentState = 'running' | 'completed' | 'failed' | 'cancelled';

export type AgentRun = {
  id: string;
  state: AgentState;
  /** The status as the agent's own service words it. */
  rawState: string;
  /** The agent's final answer; null while it works or where it gave none. */
  result: string | null;
  /** Why it failed, where it did. */
  error: string | null;
  /** Where a person can watch it. */
  url: string | null;
  /** Those that it opened, in whichever repository. */
  pullRequests: { number: number; url: string; headBranch: string | null }[];
  usage: { inputTokens: number; outputTokens: number; costUsd: number } | null;
};

export interface Agent {
  /** Which adapter this is, as kept on executions: `codegen` or `command`. */
  readonly name: string;
  /** Asks whether runs could be started, and starts none. Gives where they would, in words. */
  checkAccess(): Promise<string>;
  start(request: AgentRequest): Promise<AgentRun>;
  /** The run started under that key, null if there surely is none; throws where it cannot tell. */
  find(runKey: string): Promise<AgentRun | null>;
  get(id: string): Promise<AgentRun>;
  /**
   * Gives a finished run more to do, in the same workspace. Its key differs from the run's own; calling it again
   * with the same key does nothing new. Gives the run that now works on it (for some agents a new id).
   */
  followUp(id: string, request: AgentRequest): Promise<AgentRun>;
  /** Stops the run and everything it started; one that is over already stays as it is. */
  stop(id: string): Promise<void>;
  /**
   * Sees to it that the run's commits are on its workspace's branch on the remote, and gives the branch's head.
   * Fails permanently, in words, where the agent changed nothing, or left a merge half done ({@link isAgentsDoing}).
   */
  publish(id: string, workspace: Workspace): Promise<{ headSha: string }>;
}

/** Whether `publish` failed with this reason for what the agent did, and not for what stands in the way of its work. */
export const isAgentsDoing = (reason: string): boolean =>
  /^The agent (finished but changed nothing|left (merge conflicts|a rebase))/.test(reason);

/** What an adapter that works in local checkouts needs to reach the repository. */
export type RemoteOf = (repository: { owner: string; name: string }) => Promise<GitRemote>;
