import { expect, it } from 'vitest';
import { boardLines } from '../../src/cli/board.ts';
import { ChangeLog } from '../../src/cli/change-log.ts';
import { cut, duration, plain } from '../../src/cli/style.ts';
import type { StepView } from '../../src/http/views/step-view.ts';
import type { StageView, WorkflowView } from '../../src/http/views/workflow-view.ts';

const stage = (order: number, name: string, more: Partial<StageView> = {}): StageView => ({
  name,
  order,
  status: 'pending',
  startedAt: null,
  completedAt: null,
  durationMs: null,
  waitingOn: null,
  waitingUntil: null,
  timesOutAt: null,
  version: 1,
  error: null,
  attempt: 1,
  decision: null,
  ...more,
});

const step = (number: number, title: string, more: Partial<StepView> = {}): StepView => ({
  id: `step-${number}`,
  number,
  title,
  status: 'pending',
  function: null,
  stage: null,
  waitingOn: null,
  waitingUntil: null,
  error: null,
  startedAt: null,
  completedAt: null,
  durationMs: null,
  dependsOn: [],
  branch: null,
  pullRequest: null,
  linearIssue: null,
  ...more,
});

const view = (more: Partial<WorkflowView>): WorkflowView =>
  ({
    id: 'w',
    name: 'w',
    repository: 'acme/widgets',
    status: 'running',
    waitingOn: null,
    errorMessage: null,
    errorStage: null,
    plan: null,
    stages: [],
    steps: [],
    operations: [],
    linearIssue: null,
    finalPullRequest: null,
    signals: { gate: null, accepts: [] },
    ...more,
  }) as WorkflowView;

const begun = '2026-01-01T00:00:00.000Z';
const now = Date.parse(begun) + 90_000;

it('shows stages with their times, steps with what is done to them, and the wait', () => {
  const lines = boardLines(
    view({
      stages: [
        stage(1, 'project_selection', { status: 'completed', startedAt: begun, durationMs: 412 }),
        stage(2, 'task_execution', { status: 'running', startedAt: begun }),
        stage(3, 'completion'),
      ],
      steps: [
        step(1, 'Lay the ground', {
          status: 'running',
          function: 'execute-step',
          startedAt: begun,
          linearIssue: { key: 'ENG-2', url: null },
        }),
        step(2, 'Build on it', { dependsOn: [1] }),
      ],
      waitingOn: 'the coding agent',
    }),
    { paint: plain, now },
  );
  expect(lines).toEqual([
    ' ✓ 1  project selection    0.4 s',
    ' ▶ 2  task execution     1 min 30 s',
    ' ○ 3  completion',
    '',
    '   ▶ 1  Lay the ground  ENG-2          the agent works on it, 1 min 30 s',
    '   ○ 2  Build on it                    after 1',
    '',
    '◷ waiting on the coding agent',
  ]);
});

it('tells each change once, a stage before its steps and its end after them', () => {
  const log = new ChangeLog(plain);
  const told = (seen: WorkflowView) => log.changes(seen).map((line) => line.slice(11));
  const stages = (status: StageView['status']) => [
    stage(1, 'task_execution', {
      status,
      startedAt: begun,
      durationMs: status === 'completed' ? 3_000 : null,
    }),
    stage(2, 'completion'),
  ];
  expect(told(view({ stages: stages('running') }))).toEqual(['▶ 1/2 task execution']);
  expect(told(view({ stages: stages('running') }))).toEqual([]);
  const pullRequest = { number: 7, url: '', status: 'open', score: null } as const;
  const steps = [step(1, 'Note', { status: 'completed', startedAt: begun, pullRequest })];
  expect(told(view({ stages: stages('completed'), steps }))).toEqual([
    '      step 1 “Note”: the agent works on it',
    '      step 1 “Note”: pull request #7',
    '✓ 1/2 task execution  3.0 s, 1 of 1 pull request',
  ]);
});

it('tells at once what a person is asked, and says nothing of waits that pass', () => {
  const log = new ChangeLog(plain);
  expect(log.changes(view({ waitingOn: 'the next poll' }))).toEqual([]);
  const asking = view({ waitingOn: 'plan approval', signals: { gate: 'plan', accepts: ['approve'] } });
  expect(log.changes(asking)).toEqual([expect.stringContaining('◷ waiting on plan approval')]);
});

it('cuts what does not fit, and words durations', () => {
  expect(cut('\x1b[32mtask execution\x1b[39m', 8)).toBe('task ex…');
  expect(cut('\x1b[32mtask\x1b[39m', 8)).toBe('\x1b[32mtask\x1b[39m');
  expect([320, 9_960, 12_400, 185_000].map(duration)).toEqual(['0.3 s', '10.0 s', '12 s', '3 min 05 s']);
});
