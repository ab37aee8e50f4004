import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';

/** Comments on an issue under an id of our own, or adopts the comment that has this id already. */
export const commentOnIssue = defineOperation({
  service: 'linear',
  name: 'comment-on-issue',
  input: z.object({ issueId: z.string(), body: z.string() }),
  output: z.object({ commentId: z.string() }),
  retry: { attempts: 8, delay: '2s' },
  async find(_, { linear, id, earlier }) {
    for (const one of [id, ...earlier]) {
      const commentId = await linear.findComment(one);
      if (commentId) return { commentId };
    }
    return null;
  },
  run: async ({ issueId, body }, { linear, id }) => ({
    commentId: await linear.createComment({ id, issueId, body }),
  }),
});
