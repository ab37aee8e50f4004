/** The queue on Redis: one server, Sentinel or Cluster. */
import type { JobAddress, JobState, QueueBackend } from './queue-backend.ts';
import { connectRedis } from './redis-url.ts';

export function openRedis(
  { redisUrl, prefix }: { redisUrl: string; prefix: string },
  onError: (error: Error) => void,
): QueueBackend {
  const redis = connectRedis(redisUrl);
  redis.on('error', onError);
  const tagged = `{${prefix}}`;
  return {
    options: { connection: redis, prefix: tagged },
    factory: undefined,
    takesBatches: true,
    statesOf: async (jobs) => {
      const perQueue = Map.groupBy(jobs, ({ queue }) => queue);
      const pipeline = redis.pipeline();
      for (const [queue, asked] of perQueue) {
        const keys = lists.map((list) => `${tagged}:${queue}:${list}`);
        pipeline.eval(script, keys.length, ...keys, ...asked.map(({ id }) => id));
      }
      const found = new Map<JobAddress, JobState>();
      const answers = (await pipeline.exec()) ?? [];
      for (const [index, asked] of [...perQueue.values()].entries()) {
        const [error, states] = answers[index] ?? [new Error('the queue gave no answer')];
        if (error) throw error;
        for (const [place, job] of asked.entries()) found.set(job, (states as JobState[])[place] as JobState);
      }
      return jobs.map((job) => found.get(job) as JobState);
    },
    release: async () => redis.disconnect(),
  };
}

/** Where BullMQ keeps the jobs of a queue; the last one is the beginning of each job's own key. */
const lists = [
  'completed',
  'failed',
  'delayed',
  'prioritized',
  'waiting-children',
  'active',
  'wait',
  'paused',
  '',
];

/** The lists are read once, and only where a job is in none of the sets. */
const script = `
local sets = {'finished', 'finished', 'waiting', 'waiting', 'waiting-children'}
local listed
local function stateOf(id)
  for i, name in ipairs(sets) do
    if redis.call('ZSCORE', KEYS[i], id) then return name end
  end
  if redis.call('EXISTS', KEYS[9] .. id) == 0 then return 'missing' end
  if not listed then
    listed = {}
    for i = 8, 6, -1 do
      for _, one in ipairs(redis.call('LRANGE', KEYS[i], 0, -1)) do
        listed[one] = i == 6 and 'active' or 'waiting'
      end
    end
  end
  return listed[id] or 'missing'
end
local states = {}
for i, id in ipairs(ARGV) do states[i] = stateOf(id) end
return states`;
