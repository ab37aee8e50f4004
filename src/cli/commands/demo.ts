import { Command, InvalidArgumentError } from 'commander';

export function demoCommand(): Command {
  return new Command('demo')
    .description('carry one requirement to merged code, on this machine alone; needs Node and git')
    .option('--repo <path>', 'work on a copy of this git repository (of this project itself)')
    .option('--requirement <file>', 'Markdown (examples/requirement.md)')
    .option('--keep', 'leave everything running until Ctrl-C, to look around')
    .option('--port <number>', 'of the API (3000, or a free one where that is taken)', portNumber)
    .action(async (options) => (await import('../demo/demo.ts')).demo(options));
}

function portNumber(value: string): number {
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('It should be a number from 0 to 65535.');
}
