import { Command } from 'commander';
import { type ApiOptions, findApi, withApi } from '../find-api.ts';
import { commandName, print, printJson, say } from '../output.ts';
import { watch } from '../watch.ts';
import { asRepository, asTime, requestOf, type WorkflowOptions, withWorkflow } from '../workflow-options.ts';

type RunOptions = ApiOptions &
  WorkflowOptions & {
    name?: string;
    follows?: string;
    startAt?: string;
    idempotencyKey?: string;
    wait?: boolean;
    json?: boolean;
  };

export function runCommand(): Command {
  return withWorkflow(withApi(new Command('run')))
    .description('put a workflow in; prints its id')
    .argument('<owner/repo>', 'the GitHub repository', asRepository)
    .option('--name <name>', 'what lists call it')
    .option('--follows <id>', 'go on with the work of that workflow: only the difference is planned')
    .option('--start-at <time>', 'not before then, such as 2026-12-01T09:00', asTime)
    .option('--idempotency-key <key>', 'the same key gives the same workflow, however often it is sent')
    .option('-w, --wait', 'watch until it is over, or waits for a person (exit code 3)')
    .option('--json', 'all that is known of it, as JSON')
    .action(run);
}

async function run(repo: string, options: RunOptions): Promise<void> {
  const { name, follows, startAt } = options;
  const request = {
    ...(await requestOf(repo, options)),
    ...(name === undefined ? {} : { name }),
    ...(follows === undefined ? {} : { follows }),
    ...(startAt === undefined ? {} : { startAt }),
  };
  const api = await findApi(options);
  const workflow = await api.workflows.enqueue(request, { idempotencyKey: options.idempotencyKey });
  if (!options.json) print(workflow.id);
  if (!options.wait) {
    if (options.json) return printJson(workflow);
    return say(`Put in. See how it goes on: ${commandName} status ${workflow.id}`);
  }
  await watch(api, workflow.id, options);
}
