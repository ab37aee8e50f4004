import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { pullRequest, repositoryName } from '../workspace.ts';

/** Reads a pull request as it is now. */
export const readPullRequest = defineOperation({
  service: 'github',
  name: 'read-pull-request',
  input: z.object({ repository: repositoryName, number: z.int().positive() }),
  output: pullRequest,
  looks: 'anew',
  retry: { attempts: 8, delay: '2s' },
  run: ({ repository, number }, { github }) => github.getPullRequest(repository, number),
});
