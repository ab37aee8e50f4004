import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { workspace } from '../workspace.ts';
import { markStarted, promptOf } from './prompt-of.ts';
import { traceOfRun } from './stop-agent-run.ts';

/** Gives an agent that is done more to do, with what it knows already. */
export const followUpAgentRun = defineOperation({
  service: 'agent',
  name: 'follow-up-agent-run',
  input: z.object({ runId: z.string(), executionId: z.uuid(), workspace: workspace.nullable() }),
  output: z.object({ runId: z.string(), url: z.string().nullable() }),
  traces: ({ workspace }, run) => [traceOfRun(run, workspace?.repository)],
  retry: { attempts: 6, delay: '2s' },
  // the first one in a repository brings its whole history here
  timeout: '15m',
  find: async ({ executionId }, context) => {
    const run = await context.agent.find(context.id);
    return run && markStarted(context, executionId, run);
  },
  run: async ({ runId, executionId, workspace }, context) => {
    const prompt = await promptOf(context, executionId);
    const run = await context.agent.followUp(runId, { runKey: context.id, prompt, workspace });
    return markStarted(context, executionId, run);
  },
});
