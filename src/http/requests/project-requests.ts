/** What may be sent to the project routes. */
import { z } from 'zod';
import { pageQuery } from '../pages.ts';
import { budgetRequest } from './budget-requests.ts';
import { oneObject, repository, text } from './texts.ts';

const flag = z.boolean('This should be true or false.').exactOptional();

export const pinRequest = z
  .strictObject({ repository }, oneObject)
  .meta({ id: 'PinRequest', examples: [{ repository: 'acme/widgets' }] });

/** Nothing but what is to change. */
export const projectSettingsChange = z
  .strictObject(
    {
      autoConfirmPlan: flag,
      autoMerge: flag,
      onValidationFailure: z.enum(['wait', 'fail'], 'This should be one of: wait, fail.').exactOptional(),
      maxParallelSteps: z
        .int('This should be a whole number.')
        .min(1, 'This is 1 to 50.')
        .max(50, 'This is 1 to 50.')
        .exactOptional(),
      budget: budgetRequest.omit({ reason: true }).meta({ id: 'BudgetChange' }).exactOptional(),
      approvers: z.array(text(255).min(1)).max(100).exactOptional(),
      approvalDeadlineMs: z
        .int()
        .min(1_000)
        .max(366 * 24 * 3_600_000)
        .nullable()
        .exactOptional(),
      selfApproval: flag,
    },
    oneObject,
  )
  .refine((change) => Object.keys(change).length > 0, 'Nothing is to change; name at least one field.')
  .meta({ id: 'ProjectSettingsChange', examples: [{ autoMerge: true, budget: { money: 20 } }] });

export const pinOrderRequest = z
  .strictObject(
    {
      ids: z
        .array(z.uuid('This should be the id of a project.'))
        .max(1_000)
        .superRefine((ids, context) => {
          ids.forEach((id, index) => {
            if (ids.indexOf(id) < index) {
              context.addIssue({ code: 'custom', path: [index], message: 'This project is named twice.' });
            }
          });
        })
        .describe('Of pinned projects, in their order; those that are not named come after them.'),
    },
    oneObject,
  )
  .meta({ id: 'PinOrderRequest' });

export const projectsQuery = z.strictObject({
  pinned: z
    .enum(['true', 'false'], 'This should be true or false.')
    .transform((value) => value === 'true')
    .optional()
    .describe('Only those that are, or are not; archived ones are never in the list.'),
  ...pageQuery,
});

export type ProjectsQuery = z.infer<typeof projectsQuery>;

export const repositoriesQuery = z.strictObject({
  page: z.coerce
    .number()
    .int()
    .min(1, 'Pages are counted from 1.')
    .max(10_000, 'There is no such page.')
    .default(1),
  limit: pageQuery.limit,
});
