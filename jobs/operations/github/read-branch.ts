import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { PermanentFailure } from '../../../src/engine/errors.ts';
import { repositoryName } from '../workspace.ts';

/** Reads the head of a branch; fails permanently where there is no such branch. */
export const readBranch = defineOperation({
  service: 'github',
  name: 'read-branch',
  input: z.object({ repository: repositoryName, branch: z.string() }),
  output: z.object({ name: z.string(), sha: z.string() }),
  looks: 'anew',
  retry: { attempts: 8, delay: '2s' },
  async run({ repository, branch }, { github }) {
    const found = await github.getBranch(repository, branch);
    if (found) return found;
    throw new PermanentFailure(`${repository.owner}/${repository.name} has no branch "${branch}".`);
  },
});
