import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { issue } from '../workspace.ts';

/** Creates an issue under an id of our own, or adopts the one that has this id already. */
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
  retry: { attempts: 8, delay: '2s' },
  find: (_, { linear, id }) => linear.findIssue(id),
  run: ({ parentId, ...rest }, { linear, id }) =>
    linear.createIssue({ id, ...rest, ...(parentId ? { parentId } : {}) }),
});
