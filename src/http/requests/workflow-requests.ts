/** What may be sent to the workflow routes. Unknown fields are refused: a misspelt option must not be passed over. */
import { z } from 'zod';
import { problemOfRequirements } from '../../../entities/task/requirement-document.ts';
import { signalTypes } from '../../../entities/workflows/signal.ts';
import { workflowStates } from '../../../entities/workflows/workflow-states.ts';
import { gentlePolicy, takeBackActions } from '../../engine/control/take-back.ts';
import type { Duration } from '../../engine/duration.ts';
import { milliseconds } from '../../engine/duration.ts';
import { pageQuery } from '../pages.ts';
import { budgetOption } from './budget-requests.ts';
import { filledText, moment, oneObject, repository, text } from './texts.ts';

const requirements = text(1_000_000).superRefine((value, context) => {
  const problem = problemOfRequirements(value);
  if (problem) context.addIssue(problem);
});

/** As `git check-ref-format` has it, in short. */
const branch = text(255).regex(
  /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\/\.|\.lock$))[^\s\p{Cc}~^:?*[\\]+(?<![/.])$/u,
  'This is no valid branch name.',
);

/** A year at most: what takes longer has been forgotten. */
const duration = z
  .string('This should be a duration, such as 90m, 6h or 3d.')
  .regex(/^[1-9]\d{0,6}[smhd]$/, { error: 'This should be a duration, such as 90m, 6h or 3d.', abort: true })
  .refine((value) => milliseconds(value as Duration) <= milliseconds('366d'), 'This may be 366d at most.')
  .transform((value) => value as Duration);

export const workflowRequest = z
  .strictObject(
    {
      repository,
      baseBranch: branch.optional(),
      name: filledText(255, 'The name is empty; leave it out or give one.').optional(),
      requirements: requirements.optional(),
      template: text(255).optional(),
      /** The workflow whose work this one goes on with. */
      follows: z.uuid('This should be the id of a workflow.').optional(),
      startAt: moment.optional(),
      deadlineAt: moment.optional(),
      deadlineIn: duration.optional(),
      options: z
        .strictObject({
          autoConfirmPlan: z.boolean().exactOptional(),
          autoMerge: z.boolean().exactOptional(),
          onValidationFailure: z.enum(['wait', 'fail']).exactOptional(),
          budget: budgetOption.exactOptional(),
          approvers: z.array(text(255).min(1)).max(100).exactOptional(),
          selfApproval: z.boolean().exactOptional(),
          approvalDeadlineMs: z
            .int()
            .min(1_000)
            .max(366 * 24 * 3_600_000)
            .exactOptional(),
        })
        .optional(),
    },
    oneObject,
  )
  .meta({
    id: 'WorkflowRequest',
    examples: [
      {
        repository: 'acme/widgets',
        requirements: '# A greeting\n\n- Add `greeting/hello.md` that greets the reader.\n',
        options: { autoConfirmPlan: true },
      },
    ],
  });

const reason = text(10_000).optional();
const answer = { gate: text(100).min(1).optional(), reason };

const oneOf = <const Actions extends [string, ...string[]]>(...actions: Actions) =>
  z.enum(actions, `This should be one of: ${actions.join(', ')}.`);

/** What becomes of what a cancelled workflow left; what is not said goes gently. */
const takeBack = {
  pullRequests: oneOf('keep', 'close').default(gentlePolicy.pullRequests),
  branches: oneOf('keep', 'delete').default(gentlePolicy.branches),
  issues: oneOf(...takeBackActions).default(gentlePolicy.issues),
};

export const cancellationQuery = z.strictObject(takeBack);

export const signalRequest = z
  .discriminatedUnion(
    'type',
    [
      z.strictObject({ type: z.literal('requirements'), text: requirements, ...answer }),
      z.strictObject({ type: z.literal('approve'), ...answer }),
      z.strictObject({ type: z.literal('reject'), ...answer }),
      z.strictObject({ type: z.literal('pause'), reason }),
      z.strictObject({ type: z.literal('resume'), reason }),
      z.strictObject({ type: z.literal('cancel'), reason, ...takeBack }),
      z.strictObject({ type: z.literal('retry'), reason }),
      z.strictObject({
        type: z.literal('rerun'),
        reason,
        from: text(100).min(1),
        anew: z.boolean().exactOptional(),
        text: requirements.exactOptional(),
      }),
      z.strictObject({
        type: z.literal('retry_step'),
        reason,
        step: z.union([z.int().positive(), z.uuid()], 'This should be the number or the id of a step.'),
        prompt: filledText(200_000, 'The prompt is empty; say what to do.'),
      }),
    ],
    `The body should be one JSON object whose type is one of: ${signalTypes.join(', ')}.`,
  )
  .meta({ id: 'SignalRequest', examples: [{ type: 'approve', gate: 'plan', reason: 'as discussed' }] });

/** What a signal says beyond its type, its gate and its reason. */
export function payloadOf({
  type: _,
  reason: __,
  ...rest
}: z.infer<typeof signalRequest>): Record<string, unknown> {
  const { gate: ___, ...payload } = { gate: undefined, ...rest };
  return payload;
}

export const workflowsQuery = z.strictObject({
  status: z.enum(workflowStates, `This should be one of: ${workflowStates.join(', ')}.`).optional(),
  stage: text(100).min(1).optional().describe('At which they are, such as `task_execution`.'),
  repository: repository.optional().describe('`OWNER/NAME`, in capitals or not.'),
  issue: text(100)
    .regex(/^[A-Za-z][A-Za-z0-9]*-\d+$/, 'This should be the key of an issue, such as ENG-7.')
    .transform((key) => key.toUpperCase())
    .optional()
    .describe('The key of the main issue, or of the issue of a step.'),
  pullRequest: z.coerce
    .number('This should be the number of a pull request.')
    .int('This should be the number of a pull request.')
    .min(1, 'This should be the number of a pull request.')
    .max(2_147_483_647, 'This should be the number of a pull request.')
    .optional()
    .describe('Of a step, or the final one; name the repository too, as numbers are its own.'),
  q: text(200).optional().describe('Part of a name, repository or issue key.'),
  ...pageQuery,
});

export type WorkflowsQuery = z.infer<typeof workflowsQuery>;
