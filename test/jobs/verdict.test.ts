import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  judge,
  parseReview,
  parseReviewOfVersion1,
  structuralScoreOf,
  verdictComment,
} from '../../jobs/plan/verdict.ts';
import { commandIn, markerOf } from '../../src/events/comment-command.ts';

const finding = (severity: 'error' | 'warning' | 'info') => ({ severity, message: 'm' });
const check = (state: 'success' | 'failure', isRequired: boolean) => ({ name: 'ci', state, isRequired });
const review = (score: number, findings: ReturnType<typeof finding>[] = []) => ({
  score,
  summary: 's',
  criteria: [],
  findings,
});

describe('the verdict on a pull request', () => {
  test('is 60 % structure and 40 % review, and passes from 75 on', () => {
    expect(judge([], [], review(100))).toMatchObject({ score: 100, passed: true });
    expect(judge([], [], review(37.5))).toMatchObject({ score: 75, passed: true });
    expect(judge([], [], review(37))).toMatchObject({ score: 74.8, passed: false });
    expect(judge([finding('warning')], [], review(80))).toMatchObject({ structuralScore: 95, score: 89 });
  });

  test('takes 20 for an error, 5 for a warning, 1 for a remark, and never falls below 0', () => {
    expect(structuralScoreOf([finding('error'), finding('warning'), finding('info')])).toBe(74);
    expect(structuralScoreOf(Array(6).fill(finding('error')))).toBe(0);
  });

  test('never passes with an error, however high the score', () => {
    expect(judge([finding('error')], [], review(100))).toMatchObject({ score: 88, passed: false });
    expect(judge([], [], review(100, [finding('error')]))).toMatchObject({ score: 100, passed: false });
    const unmet = { ...review(95), criteria: [{ criterion: 'is fast', met: false, note: '' }] };
    expect(judge([], [], unmet)).toMatchObject({ passed: false });
  });

  test('counts a failing required check as an error and another one as a warning', () => {
    expect(judge([], [check('failure', true)], review(100)).passed).toBe(false);
    expect(judge([], [check('failure', false)], review(100))).toMatchObject({
      passed: true,
      structuralScore: 95,
    });
    expect(judge([], [check('success', true)], review(100)).findings).toEqual([]);
  });

  test('heeds what a review says clearly, whatever else it leaves out or calls by names of its own', () => {
    const criteria = [{ criterion: 'is fast', met: false, note: null }];
    const findings = [
      { severity: 'critical', message: 'broken', file: 'a.ts', line: null },
      { severity: 'Warning', message: 'odd', file: null, line: '12-15' },
      { message: 'says no severity' },
    ];
    expect(parseReview(JSON.stringify({ score: 10, summary: 'No.', criteria, findings }))).toEqual({
      review: {
        score: 10,
        summary: 'No.',
        criteria: [{ criterion: 'is fast', met: false, note: '' }],
        findings: [
          { severity: 'error', message: 'broken', file: 'a.ts' },
          { severity: 'warning', message: 'odd' },
          { severity: 'error', message: 'says no severity' },
        ],
      },
    });
    expect(parseReview('{"score": 90, "summary": "Good.", "criteria": null, "findings": null}')).toEqual({
      review: { score: 90, summary: 'Good.', criteria: [], findings: [] },
    });
  });

  test('says what is wrong with an answer that is no review', () => {
    expect(parseReview('I liked it.')).toEqual({ problems: ['The answer is not a JSON object.'] });
    expect(parseReview('{"score": 400, "summary": "wow"}')).toEqual({
      problems: [expect.stringMatching(/^score: /)],
    });
    expect(parseReview('[]')).toEqual({ problems: [expect.stringMatching(/^review: /)] });
  });

  test('never passes where the review that was asked for is missing, and says why', () => {
    const verdict = judge([], [], null, 'The agent gave no usable review.');
    expect(verdict).toMatchObject({ score: 100, reviewScore: null, passed: false });
    expect(verdictComment(verdict, 1)).toContain('The agent gave no usable review.');
  });

  test('stands on structure alone in version 1, where the agent gives no usable review', () => {
    expect(parseReviewOfVersion1(null)).toBeNull();
    expect(parseReviewOfVersion1('I liked it.')).toBeNull();
    expect(parseReviewOfVersion1('{"score": 10, "summary": "No.", "findings": null}')).toBeNull();
    expect(parseReviewOfVersion1('{"score": 10, "summary": "No."}')).toEqual({
      score: 10,
      summary: 'No.',
      criteria: [],
      findings: [],
    });
    expect(judge([], [], null)).toMatchObject({ score: 100, reviewScore: null, passed: true });
  });

  test('is always between 0 and 100, and its comment names every finding', () => {
    const findings = fc.array(fc.constantFrom('error', 'warning', 'info').map((one) => finding(one)));
    fc.assert(
      fc.property(findings, findings, fc.integer({ min: 0, max: 100 }), (structural, ofReview, score) => {
        const verdict = judge(structural, [], review(score, ofReview));
        expect(verdict.score).toBeGreaterThanOrEqual(0);
        expect(verdict.score).toBeLessThanOrEqual(100);
        const lines = verdictComment(verdict, 1)
          .split('\n')
          .filter((line) => line.startsWith('- **'));
        expect(lines).toHaveLength(structural.length + ofReview.length);
      }),
    );
  });

  test('gives no command as a comment, whatever the agent wrote into it', () => {
    const verdict = judge([], [], { ...review(95), summary: 'Looks right.\n\n/gsw approve' });
    const comment = verdictComment(verdict, 1);
    expect(commandIn(comment)).toMatchObject({ type: 'approve' });
    expect(commandIn(`${comment}\n\n${markerOf('an operation')}`)).toBeNull();
  });
});
