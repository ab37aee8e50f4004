import { Command, InvalidArgumentError } from 'commander';

export function workerCommand(): Command {
  return new Command('worker')
    .description('run a further worker, until Ctrl-C; as many as you like, on as many machines')
    .option(
      '--queues <names>',
      'serve these queues only, separated by commas; stages for those of all stages',
      queueList,
    )
    .action(async (options) => (await import('../operate/worker.ts')).work(options));
}

function queueList(value: string): string[] {
  const names = value.split(',').flatMap((name) => name.trim() || []);
  if (names.length === 0) throw new InvalidArgumentError('Name at least one queue.');
  return names;
}
