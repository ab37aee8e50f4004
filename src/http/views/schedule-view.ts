/** A schedule as the API shows it. All times are ISO 8601 in UTC. */
import { z } from 'zod';
import {
  missedPolicies,
  overlapPolicies,
  type WorkflowSchedule,
} from '../../../entities/workflows/workflow-schedule.ts';
import { nextTimes } from '../../engine/time/cron.ts';
import { iso, time, timeOrNull } from '../times.ts';
import { optionsSchema } from './options-view.ts';

export const scheduleSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    cron: z.string(),
    timeZone: z.string(),
    enabled: z.boolean(),
    overlap: z.enum(overlapPolicies),
    missed: z.enum(missedPolicies),
    workflow: z
      .object({
        repository: z.string().describe('`OWNER/NAME`.'),
        baseBranch: z.string().nullable(),
        name: z.string().nullable(),
        template: z.string().nullable(),
        options: optionsSchema,
        deadlineIn: z.string().nullable().describe('From its start, such as `6h`.'),
        requirements: z.string().nullable(),
      })
      .describe('What each of its workflows is put in with.'),
    nextRuns: z
      .array(time)
      .describe(
        'The next few; none while it is not enabled. The first may be past: it is about to be answered for.',
      ),
    lastRunAt: timeOrNull,
    lastWorkflowId: z.uuid().nullable(),
    lastProblem: z
      .string()
      .nullable()
      .describe('Why the last time brought no workflow, where it brought none.'),
    createdBy: z.string(),
    createdAt: time,
    version: z
      .int()
      .describe('Send it as `If-Match`, and nothing that others have changed meanwhile is overwritten.'),
  })
  .meta({ id: 'Schedule' });

export type ScheduleView = z.infer<typeof scheduleSchema>;

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
