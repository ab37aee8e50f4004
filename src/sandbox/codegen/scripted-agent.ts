/** What plays the agent behind the local Codegen server: a function of the task, told its kind by the prompt. */
import type { Checkout } from './checkout.ts';

const kinds = ['decompose', 'step', 'review', 'repair', 'other'] as const;
type TaskKind = (typeof kinds)[number];

export type AgentTask = {
  prompt: string;
  /** Of this turn; empty where the prompt carries no marker. */
  runKey: string;
  /** 1 for the first prompt of a run, one more for each follow-up. */
  turn: number;
  kind: TaskKind;
  /** `owner/name`, where the run has a repository. */
  repository: string | undefined;
  /** The branch the prompt names to push to. */
  branch: string | undefined;
  /** A fresh clone with `branch` checked out, gone after the turn. */
  clone(): Promise<Checkout>;
  /** Aborted when the run is stopped or the sandbox closes. */
  signal: AbortSignal;
};

export type AgentAnswer = {
  result: string;
  summary?: string;
  /** Pull requests the agent opened itself. */
  pullRequests?: { url: string; title?: string; headBranch?: string }[];
};

/** Throwing ends the run with status ERROR and the message as its result. */
export type AgentScript = (task: AgentTask) => Promise<AgentAnswer>;

/** What the lines of a prompt tell about its task. */
export function readPrompt(prompt: string): Pick<AgentTask, 'runKey' | 'kind' | 'repository' | 'branch'> {
  const named = /<!-- gsw-task: (\w+) -->/.exec(prompt)?.[1];
  return {
    runKey: /<!-- gsw-run: (.+?) -->/.exec(prompt)?.[1] ?? '',
    kind: kinds.find((kind) => kind === named) ?? 'other',
    repository: /^Repository: (\S+\/\S+)$/m.exec(prompt)?.[1],
    branch: /^Branch: (\S+)$/m.exec(prompt)?.[1],
  };
}
