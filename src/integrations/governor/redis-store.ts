/** The shared state in Redis, beside the queues. */
import { connectRedis } from '../../engine/redis-url.ts';
import type { Store } from './shared-state.ts';

const readScript = `return { redis.call('TIME'), redis.call('GET', KEYS[1]) }`;
const swapScript = `
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;

/** How long an answer is waited for, milliseconds: the work can come back later. */
const commandTimeout = 5_000;

/** @param prefix of the queues; in braces, so that it lies where they do in a cluster */
export function redisStore(url: string, prefix: string, onError: (error: Error) => void): Store {
  const redis = connectRedis(url, { maxRetriesPerRequest: 3, commandTimeout, lazyConnect: true });
  redis.on('error', onError);
  const at = (key: string) => `{${prefix}}:rate:${key}`;
  return {
    async read(key) {
      const [[seconds, micros], text] = (await redis.eval(readScript, 1, at(key))) as [
        [string, string],
        string | null,
      ];
      return { now: Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000), text };
    },
    swap: async (key, expected, text, ttlMs) =>
      (await redis.eval(swapScript, 1, at(key), expected ?? '', text, ttlMs)) === 1,
    close: async () => redis.disconnect(),
  };
}
