import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { workspace } from '../workspace.ts';

/** Sees to it that what an agent committed is on its branch on GitHub. The adapter recognises what it pushed before. */
export const publishBranch = defineOperation({
  service: 'agent',
  name: 'publish-branch',
  input: z.object({ runId: z.string(), workspace }),
  output: z.object({ headSha: z.string() }),
  retry: { attempts: 6, delay: '2s' },
  timeout: '5m',
  run: ({ runId, workspace }, { agent }) => agent.publish(runId, workspace),
});
