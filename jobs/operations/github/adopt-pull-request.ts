import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';
import { PermanentFailure } from '../../../src/engine/errors.ts';
import { pullRequest, repositoryName } from '../workspace.ts';
import { traceOfPull } from './close-pull-request.ts';
import { traceOfBranch } from './delete-branch.ts';

/** Takes over a pull request that the agent itself opened, and points it at our development branch. */
export const adoptPullRequest = defineOperation({
  service: 'github',
  name: 'adopt-pull-request',
  input: z.object({ repository: repositoryName, number: z.int().positive(), base: z.string() }),
  output: pullRequest,
  traces: ({ repository }, pull) => [
    traceOfPull(repository, pull),
    traceOfBranch(repository, pull.headBranch),
  ],
  retry: { attempts: 8, delay: '2s' },
  async run({ repository, number, base }, { github }) {
    const pull = await github.getPullRequest(repository, number);
    if (pull.isFromElsewhere)
      throw new PermanentFailure(`The branch of pull request #${number} is in another repository.`);
    if (pull.state === 'closed') throw new PermanentFailure(`Pull request #${number} is closed.`);
    return pull.baseBranch === base ? pull : github.retargetPullRequest(repository, number, base);
  },
});
