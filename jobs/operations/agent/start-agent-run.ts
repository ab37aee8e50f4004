import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { workspace } from '../workspace.ts';
import { markStarted, promptOf } from './prompt-of.ts';
import { traceOfRun } from './stop-agent-run.ts';

/** Starts an agent on a kept prompt, or adopts the run that was started for it already. */
export const startAgentRun = defineOperation({
  service: 'agent',
  name: 'start-agent-run',
  input: z.object({ executionId: z.uuid(), workspace: workspace.nullable() }),
  output: z.object({ runId: z.string(), url: z.string().nullable() }),
  traces: ({ workspace }, run) => [traceOfRun(run, workspace?.repository)],
  retry: { attempts: 6, delay: '2s' },
  // the first one in a repository brings its whole history here
  timeout: '15m',
  find: async ({ executionId }, context) => {
    const run = await context.agent.find(context.id);
    return run && markStarted(context, executionId, run);
  },
  run: async ({ executionId, workspace }, context) => {
    const prompt = await promptOf(context, executionId);
    const run = await context.agent.start({ runKey: context.id, prompt, workspace });
    return markStarted(context, executionId, run);
  },
});
