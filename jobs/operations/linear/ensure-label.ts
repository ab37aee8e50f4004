import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';

/** Gives the team's label of that name, creating it where there is none. */
export const ensureLabel = defineOperation({
  service: 'linear',
  name: 'ensure-label',
  input: z.object({ teamId: z.string(), name: z.string() }),
  output: z.object({ labelId: z.string() }),
  retry: { attempts: 8, delay: '2s' },
  async run({ teamId, name }, { linear, id }) {
    const existing = await linear.findLabel(teamId, name);
    return { labelId: existing ?? (await linear.createLabel({ id, teamId, name })) };
  },
});
