import { z } from 'zod';
import { PromptExecution } from '../../../entities/prompts/prompt-execution.ts';
import { defineOperation, type Trace } from '../../../src/engine/define.ts';
import { isPullRequestOf } from '../../../src/pull-request-url.ts';
import { traceOfPull } from '../github/close-pull-request.ts';
import { repositoryName } from '../workspace.ts';
import { keepAnswer } from './keep-answer.ts';

/** Stops an agent and all that it started; one that is over stays as it is. Tells what it opened by itself. */
export const stopAgentRun = defineOperation({
  service: 'agent',
  name: 'stop-agent-run',
  input: z.object({ runId: z.string(), repository: repositoryName.optional() }),
  output: z.object({
    pullRequests: z.array(z.object({ number: z.int(), url: z.string(), headBranch: z.string().nullable() })),
  }),
  retry: { attempts: 8, delay: '2s' },
  traces: ({ repository }, { pullRequests }) =>
    repository
      ? pullRequests
          .filter(({ url }) => isPullRequestOf(repository, url))
          .map((pull) => traceOfPull(repository, pull))
      : [],
  clears: ({ runId }) => [{ kind: 'agent-run', id: runId }],
  async run({ runId }, { agent, db }) {
    await agent.stop(runId);
    const run = await agent.get(runId);
    // nobody waits for its answer any more; another attempt must know that there will be none
    const open = await db.prompts((em) =>
      em.find(PromptExecution, { agentRunId: runId, status: ['pending', 'running'] }),
    );
    const error = run.state === 'completed' ? null : 'it was stopped';
    for (const { id } of open) await keepAnswer({ db }, id, run, error);
    return { pullRequests: run.pullRequests };
  },
});

/** An agent that may be at work. */
export function traceOfRun(
  { runId, url }: { runId: string; url: string | null },
  repository: z.infer<typeof repositoryName> | undefined,
): Trace {
  const close = stopAgentRun.with({ runId, ...(repository ? { repository } : {}) });
  return { kind: 'agent-run', id: runId, name: runId, url, close };
}
