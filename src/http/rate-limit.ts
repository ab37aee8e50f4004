/**
 * How many requests one API key may send in a minute, counted where the queue is, so for all processes together. While
 * that cannot be reached, each process counts for itself: an outage there must not shut the API.
 */
import { DEFAULT_SCHEMA } from 'bullmq';
import type { RequestHandler } from 'express';
import pg from 'pg';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import type { QueueConnection } from '../engine/queues.ts';
import { connectRedis } from '../engine/redis-url.ts';
import { callerOf } from './authenticate.ts';
import { Problem } from './problem.ts';

export type RateLimit = {
  /** To be put behind what says who is calling. */
  handler: RequestHandler;
  close(): Promise<void>;
};

const seconds = 60;

/** @param perMinute 0: as many as they like */
export async function openRateLimit(
  connection: QueueConnection,
  perMinute: number,
  onError: (error: Error) => void,
): Promise<RateLimit> {
  if (perMinute === 0) return { handler: (_req, _res, next) => next(), close: async () => undefined };
  const { limiter, close } = await openLimiter(connection, perMinute, onError);
  return { handler: limited(limiter, perMinute), close };
}

/** Its headers are those of draft-ietf-httpapi-ratelimit-headers. */
function limited(limiter: RateLimiterAbstract, perMinute: number): RequestHandler {
  return async (_req, res, next) => {
    const { apiKeyId, keyName } = callerOf(res);
    const { isOver, counted } = await consume(limiter, apiKeyId);
    const again = Math.max(1, Math.ceil(counted.msBeforeNext / 1_000));
    res.set('RateLimit-Policy', `"key";q=${perMinute};w=${seconds}`);
    res.set('RateLimit', `"key";r=${counted.remainingPoints};t=${again}`);
    if (!isOver) return next();
    throw new Problem(
      'rate-limited',
      `The API key "${keyName}" may send ${perMinute} requests a minute; try again in ${again} s.`,
      { headers: { 'Retry-After': `${again}` } },
    );
  };
}

async function consume(limiter: RateLimiterAbstract, key: string) {
  try {
    return { isOver: false, counted: await limiter.consume(key) };
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return { isOver: true, counted: refused };
    throw refused;
  }
}

/** How long an answer is waited for, milliseconds. */
const commandTimeout = 1_000;

async function openLimiter(
  connection: QueueConnection,
  points: number,
  onError: (error: Error) => void,
): Promise<{ limiter: RateLimiterAbstract; close(): Promise<void> }> {
  const alone = { points, duration: seconds };
  const options = {
    ...alone,
    // who is over it costs no more round trips until the minute has gone by
    inMemoryBlockOnConsumed: points + 1,
    insuranceLimiter: new RateLimiterMemory(alone),
  };
  if ('redisUrl' in connection) {
    const manners = { maxRetriesPerRequest: 0, commandTimeout, lazyConnect: true };
    const redis = connectRedis(connection.redisUrl, manners);
    redis.on('error', onError);
    const keyPrefix = `{${connection.prefix}}:requests`;
    const limiter = new RateLimiterRedis({ ...options, storeClient: redis, keyPrefix });
    return { limiter, close: async () => redis.disconnect() };
  }
  const pool = new pg.Pool({ max: 2, query_timeout: commandTimeout, ...connection.postgres });
  pool.on('error', onError);
  const limiter = await new Promise<RateLimiterPostgres>((resolve) => {
    const made: RateLimiterPostgres = new RateLimiterPostgres(
      { ...options, storeClient: pool, schemaName: DEFAULT_SCHEMA, tableName: 'request_counts' },
      (error?: Error) => {
        if (error) onError(error);
        resolve(made);
      },
    );
  });
  return { limiter, close: () => pool.end() };
}
