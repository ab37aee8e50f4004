import { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { demoEnvironment } from '../demo/environment.ts';
import { findDemo } from '../demo/place.ts';
import { keyIn, urlOf } from '../find-api.ts';
import { print } from '../output.ts';

type KeyOptions = { demo?: boolean; exports?: boolean };

/** The one place that shows the key: for logging in at the queues, or for a variable of another machine. */
export function keyCommand(): Command {
  return new Command('key')
    .description("print this installation's API key, to log in at /queues with")
    .option('--demo', "the demo's key")
    .option(
      '--exports',
      'as lines for a shell: the key, and where programs of yours find the API and the queue',
    )
    .action(async ({ demo: isDemo, exports: asExports }: KeyOptions) => {
      const config = readConfig();
      const demo = isDemo ? await findDemo(config.dataDir) : undefined;
      const key = await keyIn(demo?.directory ?? config.dataDir);
      if (!asExports) return print(key);
      const { queue } = demo ? readConfig(demoEnvironment(process.env, demo.directory, {})) : config;
      const variables = {
        GSW_URL: demo?.apiUrl ?? urlOf(config),
        GSW_API_KEY: key,
        REDIS_URL: queue.redisUrl,
        QUEUE_PREFIX: queue.redisUrl && queue.prefix,
      };
      for (const [name, value] of Object.entries(variables)) {
        if (value !== undefined) print(`export ${name}='${value.replaceAll("'", "'\\''")}'`);
      }
    });
}
