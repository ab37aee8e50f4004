/** `gsw start`: API, queue board and a worker in one process. */
import { readConfig } from '../../config.ts';
import { openServer } from '../../databases/server.ts';
import { startWorker } from '../../engine/worker.ts';
import { startApi } from '../../http/server.ts';
import { openSystem } from '../../main.ts';
import { installationMetrics } from '../../telemetry/installation-metrics.ts';
import { closing } from '../closers.ts';
import { endProcess } from '../end-process.ts';
import { CliFailure } from '../failure.ts';
import { commandName, say } from '../output.ts';
import { checkDataDir, checkGit, checkRedis, isPortFree } from '../preflight.ts';
import { ensureFirstKey, setsUpByItself, setUp } from '../set-up.ts';
import { aborted, stopSignal } from '../stop.ts';
import { serveMetrics } from './metrics.ts';
import { missingSettings } from './missing-settings.ts';

export async function start({ worker: withWorker }: { worker: boolean }): Promise<void> {
  const config = readConfig();
  const { host, port } = config.http;
  await checkDataDir(config.dataDir, { server: config.postgres.host === undefined });
  if (withWorker) await checkGit();
  if (port !== 0 && !(await isPortFree(port, host))) {
    throw new CliFailure(
      `Port ${port} at ${host} cannot be had: another process has it, or it is not ours to open. Set PORT to a free one, or HOST to an address of this machine.`,
    );
  }
  await checkRedis(config.queue.redisUrl);
  const stop = stopSignal(() =>
    say('Stopping: what is at work is finished first. Ctrl-C again stops at once.'),
  );

  await closing(async (closers) => {
    const server = await openServer(config);
    closers.add(() => server?.stop());
    if (setsUpByItself(config)) {
      await setUp(config, server, (step) => {
        if (!step.endsWith('up to date') && !step.endsWith('there already')) say(`✓ ${step}`);
      });
    }
    const system = await openSystem(config);
    closers.add(() => system.close());
    // elsewhere the operator set up the databases, perhaps from another folder than this one's
    if (!setsUpByItself(config)) await ensureFirstKey(config, server);
    if (stop.aborted) return;
    const api = await startApi(system.engine, config.http, stop);
    closers.add(() => api.close());
    await serveMetrics(config, closers, [installationMetrics(system.engine)]);
    const url = config.http.publicUrl ?? api.url;
    say(`✓ API           ${url}/v1/workflows`);
    say(`✓ Queue board   ${url}/queues (log in with the key that \`${commandName} key\` prints)`);
    if (withWorker) {
      const worker = startWorker(system.engine, undefined, endProcess);
      closers.add(() => worker.close());
      say(`✓ Worker        serves all ${worker.queues.length} queues`);
      for (const missing of missingSettings(config)) say(`! ${missing}`);
    } else {
      say(`  No worker here; start some with \`${commandName} worker\`.`);
    }
    say(`Put a workflow in: ${commandName} run OWNER/REPO -f FILE --wait`);
    await aborted(stop);
  });
  say('Stopped.');
}
