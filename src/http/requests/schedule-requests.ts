/** What may be sent to the schedule routes. */
import { z } from 'zod';
import { missedPolicies, overlapPolicies } from '../../../entities/workflows/workflow-schedule.ts';
import { filledText, oneObject, text } from './texts.ts';
import { workflowRequest } from './workflow-requests.ts';

const name = filledText(255, 'The name is empty; give one.');

/** Whether they can be read is for the engine to say. */
const cron = text(255);
const timeZone = text(100);

const workflow = workflowRequest.omit({ startAt: true, deadlineAt: true });

const fields = {
  name,
  cron,
  timeZone: timeZone.default('UTC'),
  /** What each of its workflows is put in with. */
  workflow,
  overlap: z.enum(overlapPolicies, `This should be one of: ${overlapPolicies.join(', ')}.`).optional(),
  missed: z.enum(missedPolicies, `This should be one of: ${missedPolicies.join(', ')}.`).optional(),
  enabled: z.boolean('This should be true or false.').optional(),
};

export const scheduleRequest = z.strictObject(fields, oneObject).meta({
  id: 'ScheduleRequest',
  examples: [
    {
      name: 'nightly chores',
      cron: '30 2 * * 1-5',
      timeZone: 'Europe/Berlin',
      workflow: {
        repository: 'acme/widgets',
        requirements: '# Chores\n\n- Bring the licence list up to date.\n',
      },
    },
  ],
});

/** Nothing but what is to change. */
export const scheduleChange = z
  .strictObject({ ...fields, timeZone }, oneObject)
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'Nothing is to change; name at least one field.')
  .meta({ id: 'ScheduleChange' });

export const previewQuery = z.strictObject({
  cron,
  timeZone: timeZone.default('UTC'),
  count: z.coerce
    .number('The count is 1 to 50.')
    .int('The count is 1 to 50.')
    .min(1, 'The count is 1 to 50.')
    .max(50, 'The count is 1 to 50.')
    .default(5),
});
