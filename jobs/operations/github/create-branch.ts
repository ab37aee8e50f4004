import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { repositoryName } from '../workspace.ts';

/** Creates a branch at a commit, or adopts the one that is there at that commit. */
export const createBranch = defineOperation({
  service: 'github',
  name: 'create-branch',
  input: z.object({ repository: repositoryName, branch: z.string(), sha: z.string() }),
  output: z.object({ name: z.string(), sha: z.string() }),
  retry: { attempts: 8, delay: '2s' },
  find: ({ repository, branch }, { github }) => github.getBranch(repository, branch),
  run: ({ repository, branch, sha }, { github }) => github.createBranch(repository, { name: branch, sha }),
});
