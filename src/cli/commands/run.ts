import { Command, InvalidArgumentError, Option } from 'commander';
import type { WorkflowRequest } from '../api-client.ts';
import { displayOn } from '../display.ts';
import { exitCodes, Interrupted } from '../failure.ts';
import { type ApiOptions, findApi, withApi } from '../find-api.ts';
import { follow, isOver } from '../follow.ts';
import { commandName, print, printJson, say } from '../output.ts';
import { readRequirements } from '../read-text.ts';
import { stopSignal } from '../stop.ts';
import { describeEnd, howToAnswer } from '../tell.ts';

type RunOptions = ApiOptions & {
  file?: string;
  base?: string;
  name?: string;
  follows?: string;
  autoConfirmPlan?: boolean;
  autoMerge?: boolean;
  onValidationFailure?: 'wait' | 'fail';
  idempotencyKey?: string;
  wait?: boolean;
  json?: boolean;
};

export function runCommand(): Command {
  return withApi(new Command('run'))
    .description('put a workflow in; prints its id')
    .argument('<owner/repo>', 'the GitHub repository', repository)
    .option('-f, --file <file>', 'requirements in Markdown, - reads standard input; may be given later')
    .option('--base <branch>', "merge into this branch (the repository's default branch)")
    .option('--name <name>', 'what lists call it')
    .option('--follows <id>', 'go on with the work of that workflow: only the difference is planned')
    .option('--auto-confirm-plan', 'go on without waiting for approval of the plan')
    .option('--auto-merge', 'merge without waiting for approval')
    .addOption(
      new Option('--on-validation-failure <what>', 'when a pull request never passes').choices([
        'wait',
        'fail',
      ]),
    )
    .option('--idempotency-key <key>', 'the same key gives the same workflow, however often it is sent')
    .option('-w, --wait', 'watch until it is over, or waits for a person (exit code 3)')
    .option('--json', 'all that is known of it, as JSON')
    .action(run);
}

async function run(repo: string, options: RunOptions): Promise<void> {
  const request = await requestOf(repo, options);
  const api = await findApi(options);
  const workflow = await api.enqueue(request, options.idempotencyKey);
  if (!options.json) print(workflow.id);
  if (!options.wait) {
    if (options.json) return printJson(workflow);
    return say(`Put in. See how it goes on: ${commandName} status ${workflow.id}`);
  }
  const stop = stopSignal();
  const display = displayOn(process.stderr);
  const last = await follow(() => api.workflow(workflow.id), display, { stop }).catch((error) => {
    if (error instanceof Interrupted) {
      say(`The workflow goes on. See how far it is: ${commandName} status ${workflow.id}`);
    }
    throw error;
  });
  if (options.json) printJson(last);
  if (!isOver(last)) {
    say(`It waits on ${last.waitingOn ?? 'a person'}.\n${howToAnswer(last, options)}`);
    process.exitCode = exitCodes.waits;
    return;
  }
  for (const line of describeEnd(last)) say(line);
  if (last.status !== 'completed') process.exitCode = exitCodes.failed;
}

async function requestOf(repository: string, options: RunOptions): Promise<WorkflowRequest> {
  const { file, base, name, follows, autoConfirmPlan, autoMerge, onValidationFailure } = options;
  return {
    repository,
    ...(base === undefined ? {} : { baseBranch: base }),
    ...(name === undefined ? {} : { name }),
    ...(follows === undefined ? {} : { follows }),
    ...(file === undefined ? {} : { requirements: await readRequirements(file) }),
    options: {
      ...(autoConfirmPlan ? { autoConfirmPlan } : {}),
      ...(autoMerge ? { autoMerge } : {}),
      ...(onValidationFailure ? { onValidationFailure } : {}),
    },
  };
}

function repository(value: string): string {
  if (/^[\w-]+\/[\w.-]+$/.test(value)) return value;
  throw new InvalidArgumentError('It should be OWNER/REPO, such as acme/widgets.');
}
