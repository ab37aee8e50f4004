import { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { findDemo } from '../demo/place.ts';
import { keyIn } from '../find-api.ts';
import { print } from '../output.ts';

/** The one place that shows the key: for logging in at the queues, or for a variable of another machine. */
export function keyCommand(): Command {
  return new Command('key')
    .description("print this installation's API key, to log in at /queues with")
    .option('--demo', "the demo's key")
    .action(async ({ demo }: { demo?: boolean }) => {
      const { dataDir } = readConfig();
      print(await keyIn(demo ? (await findDemo(dataDir)).directory : dataDir));
    });
}
