import { Command } from 'commander';
import { type ApiOptions, findApi, withApi } from '../find-api.ts';
import { type WatchOptions, watch } from '../watch.ts';

export function watchCommand(): Command {
  return withApi(new Command('watch'))
    .description('watch a workflow until it is over, or waits for a person (exit code 3)')
    .argument('<id>', 'the workflow')
    .option('--through-gates', 'watch on where a person is asked, until he has answered')
    .option('--json', 'all that is known of it at the end, as JSON')
    .action(async (id: string, options: ApiOptions & WatchOptions) =>
      watch(await findApi(options), id, options),
    );
}
