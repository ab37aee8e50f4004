/** `gsw setup`: everything that an installation needs before its first workflow. */
import { databaseNames, readConfig } from '../../config.ts';
import { openServer } from '../../databases/server.ts';
import { apiKeyFile } from '../../security/api-key-file.ts';
import { closing } from '../closers.ts';
import { commandName, say } from '../output.ts';
import { checkDataDir, checkRedis } from '../preflight.ts';
import { setUp } from '../set-up.ts';

export async function setup(): Promise<void> {
  const config = readConfig();
  const embedded = config.postgres.host === undefined;
  await checkDataDir(config.dataDir, { server: embedded });
  await checkRedis(config.queue.redisUrl);
  await closing(async (closers) => {
    const server = await openServer(config);
    closers.add(() => server?.stop());
    if (server) {
      say(`✓ PostgreSQL ${embedded ? 'of our own' : ''} at ${server.host}:${server.port}`.replace('  ', ' '));
    }
    await setUp(config, server, (step) => say(`✓ ${step}`));
  });
  say(`
The ${databaseNames.length} databases are ready${embedded ? `; the server's data is in ${config.dataDir}/postgres and runs while it is used` : ''}.
The API key for the command line and for logging in is in ${apiKeyFile(config.dataDir)}.

Next: ${commandName} start    API, queues and a worker in one process
      ${commandName} worker   further workers, as many as you like`);
}
