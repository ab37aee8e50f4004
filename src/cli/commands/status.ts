import { Command } from 'commander';
import { boardLines, spendingLines, timeLines } from '../board.ts';
import { type ApiOptions, findApi, withApi } from '../find-api.ts';
import { isOver } from '../follow.ts';
import { print, printJson, say } from '../output.ts';
import { paintFor } from '../style.ts';
import { describeAttempt, describeEnd, howToAnswer } from '../tell.ts';

export function statusCommand(): Command {
  return withApi(new Command('status'))
    .description('show how far a workflow is, and why it waits or failed')
    .argument('<id>', 'the workflow')
    .option('--json', 'all that is known of it, as JSON')
    .action(async (id: string, options: ApiOptions & { json?: boolean }) => {
      const view = await (await findApi(options)).workflows.get(id);
      if (options.json) return printJson(view);
      print(`${view.repository}: ${view.name === view.repository ? '' : `${view.name}, `}${view.status}`);
      const look = { paint: paintFor(process.stdout), now: Date.now() };
      for (const line of [...boardLines(view, look), ...timeLines(view, look)]) print(line);
      for (const line of describeAttempt(view)) print(line);
      for (const line of spendingLines(view)) print(`\nSpent: ${line}`);
      if (view.signals.gate) say(howToAnswer(view, options));
      if (isOver(view)) for (const line of describeEnd(view)) say(line);
    });
}
