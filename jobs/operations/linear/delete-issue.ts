import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';

/** Moves an issue to the trash, from where people can bring it back for a while; one that is there stays there. */
export const deleteIssue = defineOperation({
  service: 'linear',
  name: 'delete-issue',
  input: z.object({ issueId: z.string() }),
  output: z.object({ issueId: z.string() }),
  retry: { attempts: 8, delay: '2s' },
  clears: ({ issueId }) => [{ kind: 'issue', id: issueId }],
  async run({ issueId }, { linear }) {
    await linear.deleteIssue(issueId);
    return { issueId };
  },
});
