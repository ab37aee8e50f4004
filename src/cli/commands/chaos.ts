import { Command, InvalidArgumentError, Option } from 'commander';
import { type FaultKind, faultKinds } from '../../chaos/kinds.ts';

export function chaosCommand(): Command {
  return new Command('chaos')
    .description(
      'the fault laboratory: breaks everything around many workflows, and counts what came of them',
    )
    .option('--seed <number>', 'draws the plan of faults; the same seed gives the same plan', whole(0), 1)
    .option('--workflows <number>', 'how many run', whole(1), 20)
    .option('--minutes <number>', 'how long faults happen', positive, 2)
    .option('--at-once <number>', 'how many workflows are under way at a time', whole(1), 20)
    .option('--workers <number>', 'worker processes', whole(1), 2)
    .option('--patience <minutes>', 'how long everything may take to end after the last fault', positive, 10)
    .addOption(
      new Option('--backend <name>', 'what carries the queue (redis where there is a redis-server)').choices([
        'redis',
        'postgres',
      ]),
    )
    .option('--faults <kinds>', `kinds, separated by commas, or none: ${faultKinds.join(', ')}`, kindsList)
    .option('--every <kind=seconds>', 'a kind at a steady pace, such as flush=3s; may be repeated', pace, {})
    .option('--no-find', 'switch off what keeps effects from being doubled: the run must fail')
    .option('--keep', 'leave the folder with logs and data behind')
    .option('--json', 'the report as JSON')
    .action(async (options) => (await import('../../chaos/chaos.ts')).chaos(options));
}

function whole(least: number) {
  return (value: string): number => {
    const number = Number(value);
    if (Number.isSafeInteger(number) && number >= least) return number;
    throw new InvalidArgumentError(`It should be a whole number, ${least} or more.`);
  };
}

function positive(value: string): number {
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError('It should be a number above 0.');
}

const isKind = (name: string): name is FaultKind => faultKinds.some((kind) => kind === name);

function kindsList(value: string): FaultKind[] {
  if (value === 'none') return [];
  const names = value.split(',').flatMap((name) => name.trim() || []);
  const unknown = names.filter((name) => !isKind(name));
  if (unknown.length > 0 || names.length === 0) {
    throw new InvalidArgumentError(`${unknown.join(', ') || value}: the kinds are ${faultKinds.join(', ')}.`);
  }
  return names.filter(isKind);
}

function pace(
  value: string,
  earlier: Partial<Record<FaultKind, number>>,
): Partial<Record<FaultKind, number>> {
  const [, kind = '', seconds = ''] = /^([\w-]+)=(\d+(?:\.\d+)?)s?$/.exec(value) ?? [];
  if (!isKind(kind) || Number(seconds) <= 0) {
    throw new InvalidArgumentError('It should be a kind and seconds, such as flush=3s.');
  }
  return { ...earlier, [kind]: Number(seconds) * 1000 };
}
