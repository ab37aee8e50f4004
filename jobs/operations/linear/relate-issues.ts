import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';

/** Says that one issue blocks another. */
export const relateIssues = defineOperation({
  service: 'linear',
  name: 'relate-issues',
  input: z.object({ issueId: z.string(), blocksIssueId: z.string() }),
  output: z.object({ relationId: z.string() }),
  retry: { attempts: 8, delay: '2s' },
  async find({ issueId, blocksIssueId }, { linear }) {
    const relationId = await linear.findRelation({ issueId, relatedIssueId: blocksIssueId, type: 'blocks' });
    return relationId ? { relationId } : null;
  },
  async run({ issueId, blocksIssueId }, { linear, id }) {
    const relation = { id, issueId, relatedIssueId: blocksIssueId, type: 'blocks' } as const;
    return { relationId: await linear.createRelation(relation) };
  },
});
