import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

/** Adds `gsw completion SHELL`, and what its script asks at each Tab; to be called when all other commands are there. */
export function completing(program: Command): void {
  tab(program, { completionCommandName: 'completion' });
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('print what makes the shell complete commands: source <(gsw completion bash)');
}
