import { Command } from 'commander';

export function setupCommand(): Command {
  return new Command('setup')
    .description('make or update the eight databases, their roles and tables; safe to repeat')
    .action(async () => (await import('../operate/setup.ts')).setup());
}
