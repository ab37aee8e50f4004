/** A schedule as people read it. */
import type { ScheduleView } from '../http/views/schedule-view.ts';
import type { Paint } from './style.ts';

/** `Fri 2026-11-27 02:30 Europe/Berlin (01:30 UTC)`: on the clock it was made for, and on the one of the logs. */
export function timeThere(time: string, timeZone: string): string {
  const at = new Date(time);
  const there = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const part = Object.fromEntries(there.formatToParts(at).map(({ type, value }) => [type, value]));
  const shown = `${part.weekday} ${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}`;
  return timeZone === 'UTC' ? `${shown} UTC` : `${shown} ${timeZone} (${at.toISOString().slice(11, 16)} UTC)`;
}

export function listLine(schedule: ScheduleView, paint: Paint): string {
  const { id, name, cron, timeZone, enabled, workflow, nextRuns } = schedule;
  const next = nextRuns[0] ? `next ${timeThere(nextRuns[0], timeZone)}` : 'not enabled';
  const sign = enabled ? paint('green', '✓') : paint('dim', '–');
  return `${sign} ${id}  ${name}  ${workflow.repository}  "${cron}"  ${paint('dim', next)}`;
}

export function showLines(schedule: ScheduleView, paint: Paint): string[] {
  const { timeZone, workflow, lastRunAt, lastWorkflowId, lastProblem } = schedule;
  const overlaps = {
    skip: 'passed over while the workflow before is not over',
    allow: 'put in beside a workflow before that is not over',
    queue: 'put in once the workflow before is over',
  };
  const last = lastRunAt
    ? `${timeThere(lastRunAt, timeZone)}${lastWorkflowId ? `, workflow ${lastWorkflowId}` : ''}`
    : 'never yet';
  const more = [
    workflow.baseBranch && `base ${workflow.baseBranch}`,
    workflow.template && `template ${workflow.template}`,
    workflow.deadlineIn && `deadline after ${workflow.deadlineIn}`,
    workflow.requirements ? 'with requirements' : 'requirements are asked for',
  ].filter((part) => part);
  return [
    listLine(schedule, paint),
    `  workflow  ${[workflow.repository, ...more].join(', ')}`,
    `  overlap   ${schedule.overlap}: ${overlaps[schedule.overlap]}`,
    `  missed    ${schedule.missed === 'skip' ? 'skip: none' : 'run_once: one workflow for all of them'}`,
    `  last      ${last}`,
    ...(lastProblem ? [`  problem   ${paint('yellow', lastProblem)}`] : []),
    ...schedule.nextRuns.map(
      (time, index) => `${index === 0 ? '  next      ' : '            '}${timeThere(time, timeZone)}`,
    ),
  ];
}
