/** What may be sent to the workflow routes. Unknown fields are refused: a misspelt option must not be passed over. */
import { z } from 'zod';
import { problemOfRequirements } from '../../entities/task/requirement-document.ts';
import { workflowStates } from '../../entities/workflows/workflow-execution.ts';
import { budgetOption } from './budget-requests.ts';

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
const text = (max: number) =>
  z
    .string('This should be a text.')
    .max(max, `This may have at most ${max} characters.`)
    .refine(
      (value) => value.isWellFormed() && !value.includes('\0'),
      'This has characters that are no text.',
    );

const requirements = text(1_000_000).superRefine((value, context) => {
  const problem = problemOfRequirements(value);
  if (problem) context.addIssue(problem);
});

/** As `git check-ref-format` has it, in short. */
const branch = text(255).regex(
  /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\/\.|\.lock$))[^\s\p{Cc}~^:?*[\\]+(?<![/.])$/u,
  'This is no valid branch name.',
);

const repository = z
  .string('This should be a repository as OWNER/NAME.')
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
    'This should be a repository as OWNER/NAME, such as acme/widgets.',
  )
  .transform((value) => {
    const [owner = '', name = ''] = value.split('/');
    return { owner, name };
  });

export const workflowRequest = z.strictObject(
  {
    repository,
    baseBranch: branch.optional(),
    name: text(255)
      .refine((value) => value.trim() !== '', 'The name is empty; leave it out or give one.')
      .optional(),
    requirements: requirements.optional(),
    template: text(255).optional(),
    options: z
      .strictObject({
        autoConfirmPlan: z.boolean().exactOptional(),
        autoMerge: z.boolean().exactOptional(),
        onValidationFailure: z.enum(['wait', 'fail']).exactOptional(),
        budget: budgetOption.exactOptional(),
      })
      .optional(),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'The body should be one JSON object.' : undefined) },
);

const answer = { gate: text(100).min(1).optional(), reason: text(10_000).optional() };

export const signalRequest = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('requirements'), text: requirements, ...answer }),
    z.strictObject({ type: z.literal('approve'), ...answer }),
    z.strictObject({ type: z.literal('reject'), ...answer }),
  ],
  'The body should be one JSON object whose type is requirements, approve or reject.',
);

export const workflowsQuery = z.strictObject({
  status: z.enum(workflowStates, `This should be one of: ${workflowStates.join(', ')}.`).optional(),
  limit: z.coerce
    .number()
    .int()
    .min(1, 'The limit is 1 to 100.')
    .max(100, 'The limit is 1 to 100.')
    .default(25),
  /** Part of a name, repository or issue key. */
  q: text(200).optional(),
  cursor: z.string().max(200).optional(),
});

export type WorkflowsQuery = z.infer<typeof workflowsQuery>;
