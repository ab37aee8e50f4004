import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { issue } from '../workspace.ts';

/** Moves an issue to its team's state of that type; already there counts as moved. */
export const setIssueState = defineOperation({
  service: 'linear',
  name: 'set-issue-state',
  input: z.object({ issueId: z.string(), type: z.enum(['unstarted', 'started', 'completed', 'canceled']) }),
  output: issue,
  retry: { attempts: 8, delay: '2s' },
  run: ({ issueId, type }, { linear }) => linear.setState(issueId, type),
});
