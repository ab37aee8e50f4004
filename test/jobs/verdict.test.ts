import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge, parseReview, structuralScoreOf, verdictComment } from '../../jobs/plan/verdict.ts';
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

  test('stands on structure alone where the agent gives no usable review', () => {
    expect(parseReview('I liked it.')).toBeNull();
    expect(parseReview('{"score": 400, "summary": "wow"}')).toBeNull();
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
