import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';

/** Reads the team that issues are created in: the credential's `teamKey` (`LINEAR_TEAM_KEY`), or the only team. */
export const readTeam = defineOperation({
  service: 'linear',
  name: 'read-team',
  input: z.object({}),
  output: z.object({ id: z.string(), key: z.string(), name: z.string() }),
  looks: 'anew',
  retry: { attempts: 8, delay: '2s' },
  run: (_, { linear }) => linear.getTeam(),
});
