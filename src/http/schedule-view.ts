/** A schedule as the API shows it. All times are ISO 8601 in UTC. */
import type {
  MissedPolicy,
  OverlapPolicy,
  WorkflowSchedule,
} from '../../entities/workflows/workflow-schedule.ts';
import type { WorkflowOptions } from '../../entities/workflows/workflow-template.ts';
import { nextTimes } from '../engine/time/cron.ts';
import { iso } from './times.ts';

export type ScheduleView = {
  id: string;
  name: string;
  cron: string;
  timeZone: string;
  enabled: boolean;
  overlap: OverlapPolicy;
  missed: MissedPolicy;
  /** What each of its workflows is put in with. */
  workflow: {
    /** `OWNER/NAME`. */
    repository: string;
    baseBranch: string | null;
    name: string | null;
    template: string | null;
    options: WorkflowOptions;
    /** From its start, such as `6h`. */
    deadlineIn: string | null;
    requirements: string | null;
  };
  /** The next few; none while it is not enabled. The first may be past: it is about to be answered for. */
  nextRuns: string[];
  lastRunAt: string | null;
  lastWorkflowId: string | null;
  /** Why the last time brought no workflow, where it brought none. */
  lastProblem: string | null;
  createdBy: string;
  createdAt: string;
  /** Send it as `If-Match`, and nothing that others have changed meanwhile is overwritten. */
  version: number;
};

const shown = 5;

export function scheduleView(schedule: WorkflowSchedule): ScheduleView {
  const { repository, baseBranch, name, template, options, deadlineIn } = schedule.request;
  return {
    id: schedule.id,
    name: schedule.name,
    cron: schedule.cron,
    timeZone: schedule.timeZone,
    enabled: schedule.enabled,
    overlap: schedule.overlap,
    missed: schedule.missed,
    workflow: {
      repository: `${repository.owner}/${repository.name}`,
      baseBranch: baseBranch ?? null,
      name: name ?? null,
      template: template ?? null,
      options: options ?? {},
      deadlineIn: deadlineIn ?? null,
      requirements: schedule.requirements ?? null,
    },
    nextRuns: nextRunsOf(schedule).map((time) => time.toISOString()),
    lastRunAt: iso(schedule.lastRunAt),
    lastWorkflowId: schedule.lastWorkflowId ?? null,
    lastProblem: schedule.lastProblem ?? null,
    createdBy: schedule.createdBy,
    createdAt: schedule.createdAt.toISOString(),
    version: schedule.version,
  };
}

function nextRunsOf(schedule: WorkflowSchedule): Date[] {
  const { nextRunAt, enabled } = schedule;
  if (!enabled || !nextRunAt) return [];
  const after = new Date(Math.max(nextRunAt.getTime(), Date.now()));
  return [nextRunAt, ...nextTimes(schedule, shown - 1, after)];
}
