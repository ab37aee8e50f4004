import { z } from 'zod';
import { defineOperation, type Trace } from '../../../src/engine/define.ts';
import { traceOfPull } from '../github/close-pull-request.ts';
import { repositoryName } from '../workspace.ts';

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
    repository ? pullRequests.map((pull) => traceOfPull(repository, pull)) : [],
  clears: ({ runId }) => [{ kind: 'agent-run', id: runId }],
  async run({ runId }, { agent }) {
    await agent.stop(runId);
    const { pullRequests } = await agent.get(runId);
    return { pullRequests };
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
