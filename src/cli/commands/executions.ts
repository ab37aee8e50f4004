import { Command, Option } from 'commander';
import { executionStates } from '../../../entities/prompts/prompt-execution.ts';
import type { Execution, ExecutionQuery } from '../../client/index.ts';
import { findApi } from '../find-api.ts';
import { apiCommand, firstOf, limited, type Options, tellList } from '../listing.ts';
import { print, printJson } from '../output.ts';
import { duration } from '../style.ts';

type ListOptions = Options & ExecutionQuery & { limit: number };

export function executionsCommand(): Command {
  const all = new Command('executions').description('what agents were asked, and what they answered');
  apiCommand(all, 'list', 'those of a workflow, in order')
    .argument('<id>', 'the workflow')
    .addOption(new Option('--status <status>', 'those only').choices(executionStates))
    .option('--purpose <purpose>', 'such as decompose, step, review or repair')
    .option('--step <id>', 'of one step')
    .addOption(limited(100))
    .action(async (id: string, { json = false, demo = false, limit, ...query }: ListOptions) => {
      const api = await findApi({ demo });
      const found = await firstOf(api.executions.list(id, { ...query, limit: Math.min(limit, 100) }), limit);
      tellList(found, { json }, rowOf, 'None.');
    });
  apiCommand(all, 'show', 'one: the prompt as it was sent, then the answer')
    .argument('<id>', 'the execution')
    .action(async (id: string, options: Options) => {
      const one = await (await findApi(options)).executions.get(id);
      if (options.json) return printJson(one);
      tellList([one], {}, rowOf, '');
      print(`\n── prompt ──\n${one.prompt}\n\n── answer ──\n${one.response ?? one.error ?? '(none yet)'}`);
    });
  return all;
}

const rowOf = (one: Execution): string[] => [
  one.id,
  one.status,
  one.purpose,
  one.scope,
  one.durationMs === null ? '' : duration(one.durationMs),
  one.cost === null ? '' : `${one.cost.amount} ${one.cost.currency}`,
  one.score === null ? '' : `score ${one.score.value}`,
  one.error ?? '',
];
