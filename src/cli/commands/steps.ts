import { Command } from 'commander';
import type { Step } from '../../client/index.ts';
import { findApi } from '../find-api.ts';
import { apiCommand, type Options, tellList } from '../listing.ts';
import { print, printJson } from '../output.ts';
import { paintFor, signOf } from '../style.ts';

export function stepsCommand(): Command {
  const all = new Command('steps').description('the pieces of a plan, and how far each is');
  apiCommand(all, 'list', 'those of a workflow')
    .argument('<id>', 'the workflow')
    .action(async (id: string, options: Options) => {
      const { items } = await (await findApi(options)).steps.list(id);
      tellList(items, options, rowOf, 'It has no steps yet.');
    });
  apiCommand(all, 'show', 'one, with what is to be done')
    .argument('<id>', 'the step')
    .action(async (id: string, options: Options) => {
      const step = await (await findApi(options)).steps.get(id);
      if (options.json) return printJson(step);
      tellList([step], {}, rowOf, '');
      const { description, acceptanceCriteria = [] } = step.words ?? {};
      if (description) print(`\n${description}`);
      for (const criterion of acceptanceCriteria) print(`- ${criterion}`);
    });
  return all;
}

const rowOf = (step: Step): string[] => [
  signOf(step.status, paintFor(process.stdout)),
  String(step.number),
  step.id,
  step.status,
  step.title,
  step.linearIssue?.key ?? '',
  step.pullRequest ? `#${step.pullRequest.number}` : '',
  step.error ?? (step.waitingOn ? `waiting on ${step.waitingOn}` : ''),
];
