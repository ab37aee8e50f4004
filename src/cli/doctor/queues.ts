/** The queue: whether it answers and keeps what it is given, whether workers serve it, and what stands in it. */
import type { Config } from '../../config.ts';
import { queueNames } from '../../engine/catalogue.ts';
import type { Engine } from '../../engine/engine.ts';
import { readEpoch } from '../../engine/queue-epoch.ts';
import { connectRedis } from '../../engine/redis-url.ts';
import { commandName } from '../output.ts';
import { checkRedis } from '../preflight.ts';
import { span } from '../style.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

export async function lookAtRedis({ queue: { redisUrl } }: Config): Promise<Finding[]> {
  if (!redisUrl) return [ok('redis', 'not used: REDIS_URL is not set, so the queue is in PostgreSQL')];
  await checkRedis(redisUrl);
  const redis = connectRedis(redisUrl, { lazyConnect: true, retryStrategy: () => null });
  try {
    await redis.connect();
    return redisFindings(await redis.info());
  } finally {
    redis.disconnect();
  }
}

/** BullMQ wants scripts and streams of this version. */
const oldestRedis = 6.2;

/** @param info what Redis answers to `INFO` */
export function redisFindings(info: string): Finding[] {
  const said = new Map(info.split(/\r?\n/).map((line) => line.split(':', 2) as [string, string]));
  const version = said.get('redis_version') ?? 'unknown';
  const policy = said.get('maxmemory_policy') ?? 'noeviction';
  const found: Finding[] = [];
  if (Number.parseFloat(version) < oldestRedis) {
    found.push(failed('redis', `Redis is ${version}; ${oldestRedis} or newer is needed.`, 'Upgrade it.'));
  }
  if (policy !== 'noeviction') {
    found.push(
      failed(
        'redis',
        `Redis throws keys away when its memory is full (maxmemory-policy ${policy}): jobs would vanish.`,
        'Set `maxmemory-policy noeviction`, in its configuration and by CONFIG SET.',
      ),
    );
  }
  return found.length > 0 ? found : [ok('redis', `Redis ${version}, which evicts nothing`)];
}

/** Somebody compares rows with the queue every few seconds while any worker runs. */
const silentMs = 30_000;

export async function lookAtWorkers(engine: Engine): Promise<Finding[]> {
  const { lost, comparedAgoMs } = await readEpoch(engine);
  if (!lost && comparedAgoMs <= silentMs) {
    return [ok('workers', `one compared rows with the queue ${span(comparedAgoMs)} ago`)];
  }
  const since = Number.isFinite(comparedAgoMs) ? `for ${span(comparedAgoMs)}` : 'yet';
  return [failed('workers', `No worker has been at work ${since}.`, `Start one: ${commandName} worker`)];
}

/** A job that could be taken and is not for so long waits for a worker. */
const patienceMs = 60_000;

export async function lookAtQueues(engine: Engine): Promise<Finding[]> {
  const names = queueNames(engine.catalogue);
  const found = (await Promise.all(names.map((name) => lookAtQueue(engine, name)))).flat();
  return found.length > 0 ? found : [ok('queues', `nothing stands still in any of the ${names.length}`)];
}

async function lookAtQueue({ queues }: Engine, name: string): Promise<Finding[]> {
  const queue = queues.queue(name);
  if (await queue.isPaused()) {
    return [failed('queues', `The queue ${name} is paused: nothing in it goes on.`, 'Resume it at /queues.')];
  }
  const [oldest] = await queue.getJobs(['waiting', 'prioritized'], 0, 0, true);
  const age = oldest ? Date.now() - oldest.timestamp - oldest.delay : 0;
  if (age < patienceMs) return [];
  return [
    warning(
      'queues',
      `A job has waited in the queue ${name} for ${span(age)}.`,
      `Let more workers serve it: ${commandName} worker --queues ${name}`,
    ),
  ];
}
