import { Command, InvalidArgumentError, Option } from 'commander';
import { workflowStates } from '../../../entities/workflows/workflow-states.ts';
import type { WorkflowQuery } from '../../client/index.ts';
import { type ApiOptions, findApi, withApi } from '../find-api.ts';
import { wholeNumber } from '../listing.ts';
import { commandName, print, printJson, say } from '../output.ts';
import { paintFor } from '../style.ts';
import { summaryLines } from '../summary-lines.ts';
import { asRepository } from '../workflow-options.ts';

type ListOptions = ApiOptions & WorkflowQuery & { all?: boolean; json?: boolean };

const usual = 20;

export function listCommand(): Command {
  return withApi(new Command('list'))
    .description('the workflows there are, newest first')
    .addOption(new Option('--status <status>', 'those only').choices(workflowStates))
    .option('--stage <stage>', 'at this stage, such as task_execution', underscored)
    .option('--repository <owner/repo>', 'in this repository', asRepository)
    .option('--issue <key>', 'of this issue, such as ENG-7')
    .option('--pull-request <number>', 'of this pull request; name the repository, too', wholeNumber)
    .option('--q <text>', 'with this in their name, repository or issue key')
    .option('--limit <number>', 'how many, 1 to 100', limit, usual)
    .option('--all', 'every one of them, however many')
    .option('--json', 'for programs')
    .action(list);
}

async function list({ all, json, demo = false, ...query }: ListOptions): Promise<void> {
  const api = await findApi({ demo });
  const { items, nextCursor } = all
    ? { items: await Array.fromAsync(api.workflows.list({ ...query, limit: 100 })), nextCursor: null }
    : await api.workflows.page(query);
  if (json) return printJson(items);
  if (items.length === 0) return say(`None. Put one in: ${commandName} run OWNER/REPO -f FILE`);
  for (const line of summaryLines(items, { paint: paintFor(process.stdout), now: Date.now() })) print(line);
  if (nextCursor !== null) say('There are more: --limit, or --all.');
}

/** As it is written in `gsw status`, or as the API has it. */
const underscored = (stage: string): string => stage.replaceAll(/[- ]/g, '_');

function limit(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= 100) return number;
  throw new InvalidArgumentError('It should be a whole number, 1 to 100.');
}
