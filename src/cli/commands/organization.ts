import { Command } from 'commander';
import type { Organization } from '../../client/index.ts';
import { usageFailure } from '../failure.ts';
import { findApi } from '../find-api.ts';
import { apiCommand, type Options } from '../listing.ts';
import { print, printJson } from '../output.ts';
import { tableLines } from '../table.ts';

type Change = { name?: string; description?: string; currency?: string; timeZone?: string };

export function organizationCommand(): Command {
  const all = new Command('organization').description('your organisation, and what it is called');
  apiCommand(all, 'show', 'look at it').action(async (options: Options) =>
    tell(await (await findApi(options)).organization.get(), options),
  );
  apiCommand(all, 'set', 'change it; what is left out stays. Needs the key of an admin')
    .option('--name <name>', 'what it is called')
    .option('--description <text>', 'what it is')
    .option('--currency <code>', 'in which it counts, such as EUR')
    .option('--time-zone <zone>', 'in which it lives, such as Europe/Berlin')
    .action(async ({ name, description, currency, timeZone, ...options }: Options & Change) => {
      if ([name, description, currency, timeZone].every((one) => one === undefined))
        throw usageFailure('Say what to change: --name, --description, --currency or --time-zone.');
      const { organization } = await findApi(options);
      const { settings, version } = await organization.get();
      const decided = { ...(currency && { currency }), ...(timeZone && { timeZone }) };
      const changed = {
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        // they are replaced as a whole
        ...(Object.keys(decided).length > 0 && { settings: { ...settings, ...decided } }),
      };
      tell(await organization.change(changed, { version }), options);
    });
  return all;
}

function tell({ settings, ...organization }: Organization, { json }: Options): void {
  if (json) {
    printJson({ ...organization, settings });
    return;
  }
  const { name, slug, id, description } = organization;
  const { currency, timeZone } = settings;
  const rows = Object.entries({ name, slug, id, description, currency, 'time zone': timeZone });
  for (const line of tableLines(rows.map(([what, value]) => [what, value ?? '–']))) print(line);
}
