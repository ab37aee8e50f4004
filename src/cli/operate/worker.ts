/** `gsw worker`: one more process that does the work. */
import { catalogue } from '../../../jobs/workflow.ts';
import { readConfig } from '../../config.ts';
import { openServer } from '../../databases/server.ts';
import { queuesNamed } from '../../engine/catalogue.ts';
import { reasonOf } from '../../engine/errors.ts';
import { startWorker } from '../../engine/worker.ts';
import { readinessOf } from '../../http/readiness.ts';
import { startHealth } from '../../http/worker-health.ts';
import { openSystem } from '../../main.ts';
import { readApiKey } from '../../security/api-key-file.ts';
import { closing } from '../closers.ts';
import { endProcess } from '../end-process.ts';
import { CliFailure, usageFailure } from '../failure.ts';
import { commandName, say } from '../output.ts';
import { checkDataDir, checkGit, checkRedis } from '../preflight.ts';
import { aborted, stopSignal } from '../stop.ts';
import { serveMetrics } from './metrics.ts';
import { missingSettings } from './missing-settings.ts';

export async function work({ queues }: { queues?: string[] }): Promise<void> {
  const config = readConfig();
  checkQueues(queues ?? []);
  const embedded = config.postgres.host === undefined;
  if (embedded && (await readApiKey(config.dataDir)) === undefined) {
    throw new CliFailure(
      `Nothing is set up in ${config.dataDir} yet. Run \`${commandName} setup\` or \`${commandName} start\` first.`,
    );
  }
  await checkDataDir(config.dataDir, { server: embedded });
  await checkGit();
  await checkRedis(config.queue.redisUrl);
  const stop = stopSignal(() =>
    say('Stopping: jobs at work are finished first. Ctrl-C again stops at once.'),
  );

  await closing(async (closers) => {
    const server = await openServer(config);
    closers.add(() => server?.stop());
    if (server && 'started' in server && server.started) {
      say('! This process runs the embedded PostgreSQL for all others here: stop it last.');
    }
    const system = await openSystem(config);
    closers.add(() => system.close());
    if (stop.aborted) return;
    const { healthPort, host } = config.http;
    if (healthPort !== undefined) {
      const health = await startHealth({ host, port: healthPort }, readinessOf(system.engine, stop));
      closers.add(() => health.close());
      say(`✓ Health        http://${host}:${health.port}/healthz`);
    }
    await serveMetrics(config, closers);
    // closed first: while it finishes what it has begun, the ports answer
    const worker = startWorker(system.engine, queues, endProcess);
    closers.add(() => worker.close());
    say(
      `✓ Worker ${process.pid} serves ${queues ? worker.queues.join(', ') : `all ${worker.queues.length} queues`}`,
    );
    for (const missing of missingSettings(config)) say(`! ${missing}`);
    process.send?.({ ready: true });
    await aborted(stop);
  });
  say('Stopped.');
}

function checkQueues(names: readonly string[]): void {
  try {
    queuesNamed(catalogue, names);
  } catch (error) {
    throw usageFailure(reasonOf(error));
  }
}
