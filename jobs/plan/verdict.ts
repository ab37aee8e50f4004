/** How a pull request is judged: 60 % by its structure, 40 % by the agent's review; it passes from 75 points on. */
import { z } from 'zod';
import type { Finding } from '../../entities/workflows/workflow-validation.ts';
import { finding } from '../operations/github/examine-changes.ts';
import { parseJson, problemsIn } from './plan-schema.ts';

/** Points that a finding of each severity takes from 100. */
const deductions = { error: 20, warning: 5, info: 1 } as const;
const weights = { structure: 0.6, review: 0.4 };
const passingScore = 75;

/** Name and version of this scorer: scores of another do not compare. */
export const verdictScorer = 'verdict-1';

const listOf = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);

/** Agents write null where they have nothing to say, and words of their own; what they said clearly counts all the same. */
const review = z.object({
  score: z.number().min(0).max(100),
  summary: z.string(),
  criteria: listOf(z.object({ criterion: z.string(), met: z.boolean(), note: z.string().catch('') })),
  findings: listOf(
    z.object({
      severity: z.string().toLowerCase().pipe(finding.shape.severity).catch('error'),
      message: z.string(),
      file: z.string().optional().catch(undefined),
      line: z.int().optional().catch(undefined),
    }),
  ),
});

export type Review = z.infer<typeof review>;

const reviewOfVersion1 = review.extend({
  criteria: z
    .array(z.object({ criterion: z.string(), met: z.boolean(), note: z.string().default('') }))
    .default([]),
  findings: z.array(finding).default([]),
});

export type CheckResult = { name: string; state: 'success' | 'failure' | 'neutral'; isRequired: boolean };

export type Verdict = {
  passed: boolean;
  score: number;
  structuralScore: number;
  /** Null where the agent gave no usable review, or was not asked for one. */
  reviewScore: number | null;
  findings: Finding[];
  summary: string;
};

/** Gives the review of an answer, or what is wrong with it, in words that the agent can act on. */
export function parseReview(answer: string): { review: Review } | { problems: string[] } {
  const json = parseJson(answer);
  if (json === undefined) return { problems: ['The answer is not a JSON object.'] };
  const parsed = review.safeParse(json);
  return parsed.success ? { review: parsed.data } : { problems: problemsIn(parsed.error, 'review') };
}

/** As version 1 of the steps has read it: the whole answer, or null where anything in it is not as it was asked for. */
export function parseReviewOfVersion1(answer: string | null): Review | null {
  if (answer === null) return null;
  const parsed = reviewOfVersion1.safeParse(parseJson(answer));
  return parsed.success ? parsed.data : null;
}

/**
 * Passes at 75 points, with no error and no failing required check; never where a review is missing.
 * @param missing why there is no review, as a sentence; null where it stands on structure alone
 */
export function judge(
  structural: readonly Finding[],
  checks: readonly CheckResult[],
  reviewed: Review | null,
  missing: string | null = null,
): Verdict {
  const failing = checks.filter((check) => check.state === 'failure');
  const ofStructure: Finding[] = [
    ...structural,
    ...failing.map(
      ({ name, isRequired }): Finding => ({
        severity: isRequired ? 'error' : 'warning',
        message: `The check ${name} fails.`,
      }),
    ),
  ];
  const ofReview: Finding[] = [
    ...(reviewed?.findings ?? []),
    ...(reviewed?.criteria ?? [])
      .filter((one) => !one.met)
      .map(
        ({ criterion, note }): Finding => ({
          severity: 'error',
          message: `Not met: ${criterion}${note ? ` (${note})` : ''}`,
        }),
      ),
  ];
  const findings = [...ofStructure, ...ofReview];
  const structuralScore = structuralScoreOf(ofStructure);
  const reviewScore = reviewed?.score ?? null;
  const score =
    reviewScore === null
      ? structuralScore
      : round(weights.structure * structuralScore + weights.review * reviewScore);
  const errors = findings.filter((one) => one.severity === 'error').length;
  return {
    passed: score >= passingScore && errors === 0 && missing === null,
    score,
    structuralScore,
    reviewScore,
    findings,
    summary: reviewed?.summary ?? missing ?? 'The agent gave no usable review; judged by structure alone.',
  };
}

/** Of a pull request that somebody has merged himself. */
export const mergedAlready = (base: string): Verdict => ({
  passed: true,
  score: 100,
  structuralScore: 100,
  reviewScore: null,
  findings: [],
  summary: `It is merged into ${base} already: there is nothing left to judge.`,
});

/** 100 less 20 for each error, 5 for each warning and 1 for each remark; never below 0. */
export function structuralScoreOf(findings: readonly Finding[]): number {
  const lost = findings.reduce((sum, one) => sum + deductions[one.severity], 0);
  return Math.max(0, 100 - lost);
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** The verdict as people read it on the pull request. */
export function verdictComment(verdict: Verdict, roundNumber: number): string {
  const head = verdict.passed ? '✅ **Passed**' : '❌ **Not yet**';
  const parts = `structure ${verdict.structuralScore}, review ${verdict.reviewScore ?? 'none'}`;
  const list = verdict.findings.map((one) => {
    const where = one.file ? ` (\`${one.file}${one.line ? `:${one.line}` : ''}\`)` : '';
    return `- **${one.severity}**: ${one.message}${where}`;
  });
  return [
    `### Validation, round ${roundNumber}: ${head} with ${verdict.score} of 100`,
    `${parts}; ${passingScore} passes, without errors.`,
    verdict.summary,
    ...(list.length > 0 ? [list.join('\n')] : []),
  ].join('\n\n');
}
