/** The queue backends to test on: PostgreSQL always, Redis where `REDIS_URL` is set or a `redis-server` is on PATH. */
import { inject } from 'vitest';

export type BackendName = 'PostgreSQL' | 'Redis';

export function backends(): BackendName[] {
  return inject('redisUrl') ? ['PostgreSQL', 'Redis'] : ['PostgreSQL'];
}

/** The Redis of this run; only to be called where {@link backends} names it. */
export function redisUrl(): string {
  const url = inject('redisUrl');
  if (!url) throw new Error('no Redis in this run');
  return url;
}
