/** Has the agent review a pull request. */
import type { StepContext } from '../../src/engine/define.ts';
import { type Ask, askAgent } from '../agent/ask-agent.ts';
import { complaint } from '../agent/complaint.ts';
import { keepParsed } from '../agent/keep-quality.ts';
import { parseReview, parseReviewOfVersion1, type Review } from '../plan/verdict.ts';

/** How often the agent is asked for one review before it is given up. */
const rounds = 3;

type Reviewed = {
  review: Review | null;
  /** Why there is none, as a sentence; null where there is one, and where it is done without. */
  missing: string | null;
};

/** Asks again with what was wrong, at most `rounds` times. */
export async function askForReview(
  context: StepContext,
  key: string,
  {
    variables,
    workspace,
  }: Pick<Ask, 'workspace'> & { variables: Ask['variables'] & { description: string } },
): Promise<Reviewed> {
  const ask = { purpose: 'review', template: 'pr-validation', variables, workspace } as const;
  if (context.version < 2) {
    const answer = await askAgent(context, key, ask);
    const review = parseReviewOfVersion1(answer.response);
    if (review) await keepParsed(context, answer.executionId, review);
    return { review, missing: null };
  }
  let problems: string[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    // in the description: workers of the last release share the template, and could not fill in a variable that is new in it
    const description = `${variables.description}${complaint(problems)}`;
    const answer = await askAgent(context, round === 1 ? key : `${key}-${round}`, {
      ...ask,
      variables: { ...variables, description },
    });
    const parsed =
      answer.response === null
        ? { problems: [`The agent failed: ${answer.error}`] }
        : parseReview(answer.response);
    if ('review' in parsed) {
      await keepParsed(context, answer.executionId, parsed.review);
      return { review: parsed.review, missing: null };
    }
    problems = parsed.problems;
  }
  const wrong = problems.slice(0, 5).join(' ');
  return {
    review: null,
    missing: `The agent gave no usable review in ${rounds} attempts. What was wrong with the last one: ${wrong}`,
  };
}
