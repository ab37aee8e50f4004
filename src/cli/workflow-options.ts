/** What commands say of the workflows that they put in, now or later. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { WorkflowRequest } from '../client/index.ts';
import { readRequirements } from './read-text.ts';

type Deadline = Pick<WorkflowRequest, 'deadlineAt' | 'deadlineIn'>;

export type WorkflowOptions = {
  file?: string;
  base?: string;
  template?: string;
  deadline?: Deadline;
  autoConfirmPlan?: boolean;
  autoMerge?: boolean;
  onValidationFailure?: 'wait' | 'fail';
};

export function withWorkflow(command: Command): Command {
  return command
    .option('-f, --file <file>', 'requirements in Markdown, - reads standard input; may be given later')
    .option('--base <branch>', "merge into this branch (the repository's default branch)")
    .option('--template <name>', "what it is made from (the organisation's default)")
    .option(
      '--deadline <when>',
      'it fails if it is not over by then: 6h, 3d, or a time such as 2026-12-01T18:00Z',
      asDeadline,
    )
    .option('--auto-confirm-plan', 'go on without waiting for approval of the plan')
    .option('--auto-merge', 'merge without waiting for approval')
    .addOption(
      new Option('--on-validation-failure <what>', 'when a pull request never passes').choices([
        'wait',
        'fail',
      ]),
    );
}

export async function requestOf(repository: string, options: WorkflowOptions): Promise<WorkflowRequest> {
  const { file, base, template, deadline, autoConfirmPlan, autoMerge, onValidationFailure } = options;
  return {
    repository,
    ...(base === undefined ? {} : { baseBranch: base }),
    ...(template === undefined ? {} : { template }),
    ...(file === undefined ? {} : { requirements: await readRequirements(file) }),
    ...deadline,
    options: {
      ...(autoConfirmPlan ? { autoConfirmPlan } : {}),
      ...(autoMerge ? { autoMerge } : {}),
      ...(onValidationFailure ? { onValidationFailure } : {}),
    },
  };
}

/** For commander: a time of the caller's clock where it names no other. */
export function asTime(value: string): string {
  const at = new Date(value);
  if (/^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(at.getTime())) return at.toISOString();
  throw new InvalidArgumentError('It should be a time such as 2026-12-01T09:00 or 2026-12-01T09:00Z.');
}

const asDeadline = (value: string): Deadline =>
  /^\d+[smhd]$/.test(value) ? { deadlineIn: value } : { deadlineAt: asTime(value) };

/** For commander. */
export function asRepository(value: string): string {
  if (/^[\w-]+\/[\w.-]+$/.test(value)) return value;
  throw new InvalidArgumentError('It should be OWNER/REPO, such as acme/widgets.');
}
