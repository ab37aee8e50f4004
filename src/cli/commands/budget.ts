import { Command, InvalidArgumentError, Option } from 'commander';
import type { BudgetChange } from '../../engine/budget/set-budget.ts';
import { spendingLines } from '../board.ts';
import { type ApiOptions, findApi, withApi } from '../find-api.ts';
import { print, printJson } from '../output.ts';

/** What an option holds where a limit is taken away: commander makes an empty text of null. */
const none = 'none';

type Given = { [Limit in keyof BudgetChange]?: BudgetChange[Limit] | typeof none };
type Options = ApiOptions & Given & { reason?: string; json?: boolean };

/** A number, or `none` for no limit. */
function amount(value: string): number | typeof none {
  if (value === none) return none;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  throw new InvalidArgumentError('It should be a number, or "none".');
}

export function budgetCommand(): Command {
  return withApi(new Command('budget'))
    .description(
      'show what a workflow has spent, or set what it may spend; it goes on where it waited for that',
    )
    .argument('<id>', 'the workflow')
    .option('--money <amount>', 'US dollars for agents; "none" takes a limit away, here and below', amount)
    .option('--tokens <n>', 'tokens of agents, read and written', amount)
    .option('--wall-clock <duration>', 'working time, such as 8h; waiting for people does not count')
    .option('--agent-runs <n>', 'runs of agents', amount)
    .option('--repair-rounds <n>', 'runs of agents that mend what did not pass', amount)
    .addOption(new Option('--on-spent <what>', 'when it is spent').choices(['wait', 'fail']))
    .option('--reason <text>', 'why, for the audit log')
    .option('--json', 'for programs')
    .action(async (id: string, options: Options) => {
      const { demo: _, json, reason, ...given } = options;
      const change = Object.fromEntries(
        Object.entries(given).map(([limit, value]) => [limit, value === none ? null : value]),
      ) as BudgetChange;
      const api = await findApi(options);
      const isShown = Object.keys(change).length === 0;
      const view = isShown
        ? await api.workflows.get(id)
        : await api.workflows.setBudget(id, { ...change, ...(reason === undefined ? {} : { reason }) });
      if (json) return printJson(view.budget);
      const lines = spendingLines(view);
      for (const line of lines.length > 0 ? lines : ['No limits, and nothing is spent.']) print(line);
    });
}
