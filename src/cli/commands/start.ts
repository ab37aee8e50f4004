import { Command } from 'commander';

export function startCommand(): Command {
  return new Command('start')
    .description('run the API, the queue board and a worker, until Ctrl-C')
    .option('--no-worker', 'API and queue board only')
    .action(async (options) => (await import('../operate/start.ts')).start(options));
}
