/** `gsw setup`: everything that an installation needs before its first workflow; or what it would do, or has missed. */
import { type Config, databaseNames, readConfig } from '../../config.ts';
import { loginRoles } from '../../databases/names.ts';
import { rolePasswords } from '../../databases/role-passwords.ts';
import { openServer } from '../../databases/server.ts';
import { checkSetup, planSetup } from '../../databases/setup.ts';
import { apiKeyFile } from '../../security/api-key-file.ts';
import { closing } from '../closers.ts';
import { exitCodes, usageFailure } from '../failure.ts';
import { commandName, print, printJson, say } from '../output.ts';
import { checkDataDir, checkRedis } from '../preflight.ts';
import { setUp } from '../set-up.ts';

export type SetupCommandOptions = {
  dryRun?: boolean;
  check?: boolean;
  showPasswords?: boolean;
  json?: boolean;
};

export async function setup({ dryRun, check, showPasswords, json }: SetupCommandOptions): Promise<void> {
  if ([dryRun, check, showPasswords].filter(Boolean).length > 1) {
    throw usageFailure(
      '--dry-run, --check and --show-passwords are three different things: give one of them.',
    );
  }
  const config = readConfig();
  const tell = (step: string) => (json ? undefined : say(step));
  if (dryRun) return showPlan(config, json);
  if (check) return showDifferences(config, tell, json);
  await makeAll(config, tell);
  const passwords = showPasswords ? await rolePasswords(config) : undefined;
  if (json)
    return printJson({ ready: true, databases: databaseNames.length, ...(passwords && { passwords }) });
  for (const role of passwords ? loginRoles : []) print(`${role.padEnd(24)} ${passwords?.[role]}`);
}

async function makeAll(config: Config, tell: (step: string) => void): Promise<void> {
  const embedded = config.postgres.host === undefined;
  await checkDataDir(config.dataDir, { server: embedded });
  await checkRedis(config.queue.redisUrl);
  await closing(async (closers) => {
    const server = await openServer(config);
    closers.add(() => server?.stop());
    if (server) {
      tell(
        `✓ PostgreSQL ${embedded ? 'of our own' : ''} at ${server.host}:${server.port}`.replace('  ', ' '),
      );
    }
    await setUp(config, server, (step) => tell(`✓ ${step}`));
  });
  tell(`
The ${databaseNames.length} databases are ready${embedded ? `; the server's data is in ${config.dataDir}/postgres and runs while it is used` : ''}.
The API key for the command line and for logging in is in ${apiKeyFile(config.dataDir)}.

Next: ${commandName} start    API, queues and a worker in one process
      ${commandName} worker   further workers, as many as you like`);
}

async function showPlan(config: Config, json: boolean | undefined): Promise<void> {
  const plan = await planSetup(config);
  if (json) return printJson(plan);
  let place = '';
  for (const { database, role, statement } of plan) {
    const next = `-- in ${database}, as ${role ?? 'the administrator'}`;
    if (next !== place) print(`${place === '' ? '' : '\n'}${next}`);
    place = next;
    print(/^--|;\s*$/.test(statement) ? statement : `${statement};`);
  }
  say(`${plan.length} statements would run; none has.`);
}

async function showDifferences(
  config: Config,
  tell: (step: string) => void,
  json: boolean | undefined,
): Promise<void> {
  const differences = await checkSetup(config, { onProgress: (step) => tell(`  ${step}`) });
  if (json) printJson(differences);
  else
    for (const { database, difference, mend } of differences) print(`${database}: ${difference} | ${mend}`);
  if (differences.length > 0) process.exitCode = exitCodes.failed;
  tell(
    differences.length === 0
      ? '✓ The server is as setup leaves it.'
      : `${differences.length} differences. Most of them \`${commandName} setup\` mends.`,
  );
}
