import { Command, Option } from 'commander';
import { operationStates } from '../../../entities/workflows/operation.ts';
import type { Operation, OperationQuery } from '../../client/index.ts';
import { services } from '../../engine/engine.ts';
import { findApi } from '../find-api.ts';
import { apiCommand, firstOf, limited, type Options, tellList } from '../listing.ts';
import { printJson } from '../output.ts';
import { duration } from '../style.ts';

type ListOptions = Options & OperationQuery & { limit: number };

export function operationsCommand(): Command {
  const all = new Command('operations').description('what a workflow did to the outside world');
  apiCommand(all, 'list', 'those of a workflow, in the order in which they were wanted')
    .argument('<id>', 'the workflow')
    .addOption(new Option('--status <status>', 'those only').choices(operationStates))
    .addOption(new Option('--service <service>', 'those only').choices(services))
    .option('--type <type>', 'such as open-pull-request')
    .option('--step <id>', 'of one step')
    .addOption(limited(100))
    .action(async (id: string, { json = false, demo = false, limit, ...query }: ListOptions) => {
      const api = await findApi({ demo });
      const found = await firstOf(api.operations.list(id, { ...query, limit: Math.min(limit, 100) }), limit);
      tellList(found, { json }, rowOf, 'None.');
    });
  apiCommand(all, 'show', 'one, with what was asked for and its receipt, as JSON')
    .argument('<id>', 'the operation')
    .action(async (id: string, options: Options) =>
      printJson(await (await findApi(options)).operations.get(id)),
    );
  return all;
}

const rowOf = (one: Operation): string[] => [
  one.id,
  one.status,
  one.service,
  one.type,
  one.step === null ? '' : `step ${one.step}`,
  one.durationMs === null ? '' : duration(one.durationMs),
  one.error ?? (one.waitingOn ? `waiting on ${one.waitingOn}` : (one.url ?? '')),
];
