import { Command } from 'commander';
import { type ApiOptions, findApi, withApi } from '../find-api.ts';
import { readRequirements } from '../read-text.ts';
import { told } from './answer.ts';

type RequirementsOptions = ApiOptions & { file: string; idempotencyKey?: string; json?: boolean };

export function requirementsCommand(): Command {
  return withApi(new Command('requirements'))
    .description('give the requirements that a workflow waits for')
    .argument('<id>', 'the workflow')
    .requiredOption('-f, --file <file>', 'Markdown; - reads standard input')
    .option('--idempotency-key <key>', 'the same key counts once, however often it is sent')
    .option('--json', 'what was recorded, as JSON')
    .action(async (id: string, options: RequirementsOptions) => {
      const text = await readRequirements(options.file);
      const api = await findApi(options);
      told(await api.signal(id, { type: 'requirements', text }, options.idempotencyKey), options.json);
    });
}
