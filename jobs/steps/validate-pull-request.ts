import { defineStep } from '../../src/engine/define.ts';
import { bullets } from '../../src/prompts/render.ts';
import { readPullRequest } from '../operations/github/read-pull-request.ts';
import { candidateOf } from '../plan/candidate.ts';
import { repair } from './repair.ts';
import { type PushedWork, validateRound } from './validate-round.ts';

/** Looks at a pull request, and has the agent mend it, until it passes or has had this many looks. */
export const validationRounds = 3;

/** Judges the pull request of one step. What comes of it is on the pull request's row: validated or rejected. */
export const validatePullRequest = defineStep({
  name: 'validate-pull-request',
  version: 2,
  async run(context) {
    const { workflow, perform, version } = context;
    const repository = workflow.repository();
    const candidate = await candidateOf(context.db, context.item.id);
    let work: PushedWork | null = { executionId: candidate.pull.executionId, scoreBefore: null };
    for (let round = 1; round <= validationRounds; round += 1) {
      const verdict = await validateRound(context, candidate, round, work);
      if (verdict.passed || round === validationRounds) return;
      if (version >= 2) {
        const { number } = candidate.pull;
        const now = await perform(`round-${round}/reviewed`, readPullRequest.with({ repository, number }));
        if (now.state !== 'open') {
          // somebody has merged or closed it meanwhile: a repair would be lost, and the next look says what follows
          work = null;
          continue;
        }
        // no repair brings a review
        if (verdict.reviewScore === null) return;
      }
      const repaired = await repair(context, candidate, `round-${round}/repair`, {
        template: 'pr-repair',
        variables: {
          findings: bullets(verdict.findings.map((one) => `${one.severity}: ${one.message}`)),
          criteria: bullets(candidate.step.acceptanceCriteria),
        },
        headSha: verdict.headSha,
      });
      work = repaired && { ...repaired, scoreBefore: verdict.score };
    }
  },
});
