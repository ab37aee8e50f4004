import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { RetryLater } from '../../../src/engine/errors.ts';
import type { AgentRun } from '../../../src/integrations/agent/port.ts';
import { keepAnswer } from './keep-answer.ts';

/**
 * Waits for an agent without holding a worker's slot, and keeps its answer on the execution. An agent that takes
 * longer than `AGENT_TIMEOUT_MS` is stopped and counts as failed.
 */
export const awaitAgentRun = defineOperation({
  service: 'agent',
  name: 'await-agent-run',
  input: z.object({ runId: z.string(), executionId: z.uuid() }),
  output: z.object({
    state: z.enum(['completed', 'failed']),
    pullRequests: z.array(z.object({ number: z.int(), url: z.string(), headBranch: z.string().nullable() })),
  }),
  looks: 'once',
  worked: ({ state }) => state === 'completed',
  clears: ({ runId }) => [{ kind: 'agent-run', id: runId }],
  retry: { attempts: 20, delay: '2s' },
  async run({ runId, executionId }, { agent, config, db, intendedAt }) {
    let run = await agent.get(runId);
    if (run.state === 'running') {
      const deadline = intendedAt.getTime() + config.agent.timeoutMs;
      if (Date.now() < deadline)
        throw new RetryLater(config.pollIntervalMs, `the coding agent (run ${runId})`);
      await agent.stop(runId);
      run = { ...run, state: 'failed', error: `it took longer than ${minutes(config.agent.timeoutMs)}` };
    }
    const state = run.state === 'completed' ? ('completed' as const) : ('failed' as const);
    await keepAnswer({ db }, executionId, run, state === 'failed' ? whyFailed(run) : null);
    return { state, pullRequests: run.pullRequests };
  },
});

const minutes = (ms: number): string => `${Math.max(1, Math.round(ms / 60_000))} min`;

const whyFailed = (run: AgentRun): string =>
  run.error ?? (run.state === 'cancelled' ? 'it was cancelled' : `its run ended as ${run.rawState}`);
