/** All that `gsw doctor` looks at, in the order in which one thing needs the other. */
import { type Config, ConfigError, readConfig } from '../../config.ts';
import { openServer, type Server } from '../../databases/server.ts';
import { isToBeMade } from '../../databases/setup.ts';
import { openSystem, type System } from '../../main.ts';
import { redact } from '../../security/redact.ts';
import { within } from '../../within.ts';
import { sentenceOf } from '../failure.ts';
import { commandName } from '../output.ts';
import { lookAtApi } from './api.ts';
import { lookAtServices, lookAtVault } from './credentials.ts';
import { lookAtClock, lookAtOutbox, lookAtServer, lookAtSetup } from './databases.ts';
import { lookAtWebhooks } from './events.ts';
import { type Finding, failed, type Look, ok } from './finding.ts';
import { lookAtDataDir, lookAtGit, lookAtNode } from './machine.ts';
import { lookAtQueues, lookAtRedis, lookAtWorkers } from './queues.ts';

/** How long one of them may take. */
const patienceMs = 30_000;

/** Gives each finding when it is there. What cannot be looked at because of another finding is left out. */
export async function* examine(): AsyncGenerator<Finding> {
  const config = settings();
  if (!('dataDir' in config)) return yield config;
  yield ok('settings', 'every environment variable is well-formed');
  yield* await look('node', lookAtNode);
  yield* await look('git', lookAtGit);
  yield* await look('data folder', () => lookAtDataDir(config));
  yield* await look('redis', () => lookAtRedis(config));
  if (await isToBeMade(config)) {
    return yield failed('databases', 'This installation is not set up yet.', `Run \`${commandName} setup\`.`);
  }
  const server = await opened('postgresql', () => openServer(config));
  if ('finding' in server) yield server.finding;
  else {
    try {
      yield* lookAtDatabases(config, server.opened);
    } finally {
      await server.opened?.stop();
    }
  }
  yield* await look('api', lookAtApi);
}

async function* lookAtDatabases(config: Config, server: Server | undefined): AsyncGenerator<Finding> {
  if (server) {
    const found = await look('postgresql', () => lookAtServer(config, server));
    yield* found;
    if (found.some(({ state }) => state === 'failed')) return;
  }
  yield* await look('databases', () => lookAtSetup(config, server));
  yield* lookInside(config);
}

async function* lookInside(config: Config): AsyncGenerator<Finding> {
  // what it reports while it is looked at is found below, and said once
  const system = await opened('connections', () => openSystem({ ...config, logLevel: 'silent' }));
  if ('finding' in system) return yield system.finding;
  try {
    yield ok('connections', 'the databases and the queue let us in');
    yield* lookThrough(system.opened);
  } finally {
    await system.opened.close();
  }
}

async function* lookThrough({ engine }: System): AsyncGenerator<Finding> {
  yield* await look('clock', () => lookAtClock(engine));
  yield* await look('workers', () => lookAtWorkers(engine));
  yield* await look('queues', () => lookAtQueues(engine));
  yield* await look('outbox', () => lookAtOutbox(engine));
  yield* await look('vault', () => lookAtVault(engine));
  yield* await look('services', () => lookAtServices(engine));
  yield* await look('webhooks', () => lookAtWebhooks(engine));
}

function settings(): Config | Finding {
  try {
    return readConfig();
  } catch (error) {
    if (error instanceof ConfigError) return failed('settings', error.message);
    throw error;
  }
}

async function opened<T>(
  check: string,
  open: () => Promise<T>,
): Promise<{ opened: T } | { finding: Finding }> {
  try {
    return { opened: await open() };
  } catch (error) {
    return { finding: failed(check, redact(sentenceOf(error))) };
  }
}

/** What it throws is a finding, too. */
async function look(check: string, at: Look): Promise<Finding[]> {
  try {
    return await within(
      patienceMs,
      Promise.resolve(at()),
      `this gave no answer within ${patienceMs / 1000} s`,
    );
  } catch (error) {
    return [failed(check, redact(sentenceOf(error)))];
  }
}
