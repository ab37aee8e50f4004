import type { Command } from 'commander';
import { readRequirements } from '../read-text.ts';
import { type SignalOptions, sendAndTell, signalCommand } from './control.ts';

export function requirementsCommand(): Command {
  return signalCommand('requirements', 'give the requirements that a workflow waits for')
    .requiredOption('-f, --file <file>', 'Markdown; - reads standard input')
    .action(async (id: string, { file, ...options }: SignalOptions & { file: string }) =>
      sendAndTell(id, { type: 'requirements', text: await readRequirements(file) }, options),
    );
}
