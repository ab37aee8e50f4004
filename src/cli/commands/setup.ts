import { Command } from 'commander';
import type { SetupCommandOptions } from '../operate/setup.ts';

export function setupCommand(): Command {
  return new Command('setup')
    .description('make or update the eight databases, their roles and tables; safe to repeat')
    .option('--dry-run', 'print every statement that would run, in order, and run none')
    .option('--check', 'compare the server with the plan, and list every difference with its mend')
    .option('--show-passwords', 'print the passwords of the roles when it is done')
    .option('--json', 'print the outcome as JSON, and nothing else')
    .action(async (options: SetupCommandOptions) => (await import('../operate/setup.ts')).setup(options))
    .addCommand(rotateCommand());
}

function rotateCommand(): Command {
  return new Command('rotate-passwords')
    .description('give the roles new passwords, while workers keep running')
    .option('--role <name...>', 'only these roles')
    .option('--json', 'print which roles have new passwords as JSON')
    .action(async (options: { role?: string[]; json?: boolean }) =>
      (await import('../operate/rotate-passwords.ts')).rotate(options),
    );
}
