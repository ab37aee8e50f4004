import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { issue } from '../workspace.ts';
import { deleteIssue } from './delete-issue.ts';
import { setIssueState } from './set-issue-state.ts';

/**
 * Creates an issue under an id of our own, or adopts the one that has this id already. One that an earlier attempt of the
 * workflow created is brought up to what it is to say now.
 */
export const createIssue = defineOperation({
  service: 'linear',
  name: 'create-issue',
  input: z.object({
    teamId: z.string(),
    title: z.string(),
    description: z.string(),
    parentId: z.string().optional(),
    labelIds: z.array(z.string()),
  }),
  output: issue,
  traces: (_, { id, identifier, url }) => [
    {
      kind: 'issue',
      id,
      name: identifier,
      url,
      close: setIssueState.with({ issueId: id, type: 'canceled' }),
      delete: deleteIssue.with({ issueId: id }),
    },
  ],
  retry: { attempts: 8, delay: '2s' },
  async find({ title, description }, { linear, id, earlier }) {
    const own = await linear.findIssue(id);
    if (own) return own;
    for (const one of earlier) {
      if (await linear.findIssue(one)) return linear.updateIssue(one, { title, description });
    }
    return null;
  },
  run: ({ parentId, ...rest }, { linear, id }) =>
    linear.createIssue({ id, ...rest, ...(parentId ? { parentId } : {}) }),
});
