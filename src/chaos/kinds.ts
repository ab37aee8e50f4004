/** The kinds of faults, and what each takes. */

/** What our processes reach over the network, each through a proxy that can be told to misbehave. */
export const servers = ['redis', 'postgres', 'github', 'linear', 'codegen'] as const;
export type Server = (typeof servers)[number];

export const services = ['github', 'linear', 'codegen'] as const;
export type Service = (typeof services)[number];

export const faultKinds = [
  'kill',
  'kill-api',
  'pause',
  'flush',
  'restart-redis',
  'restart-postgres',
  'cut',
  'stall',
  'black-hole',
  'slow',
  'drop-reply',
  'server-error',
  'throttle',
  'redeliver',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export const meaningOf: Record<FaultKind, string> = {
  kill: 'SIGKILL to a worker; another one takes its place',
  'kill-api': 'SIGKILL to the API',
  pause: 'SIGSTOP to a worker for two to three lock durations, then SIGCONT',
  flush: 'the queue is emptied: FLUSHALL, or every table of the queue in PostgreSQL truncated',
  'restart-redis': 'Redis is stopped or killed and started again, with its data or without',
  'restart-postgres': 'PostgreSQL is restarted, half of the times without a shutdown (immediate)',
  cut: 'every connection to a server is reset, and new ones are refused for a moment',
  stall: 'nothing passes between our processes and a server for a while; then all of it',
  'black-hole': 'what is sent to and from a server is lost for a while; then those connections are reset',
  slow: 'every packet to and from a server is late',
  'drop-reply': 'a service does what it is asked, then the connection is cut instead of an answer',
  'server-error': 'a service answers 502',
  throttle: 'a service answers that its rate limit is reached (429, secondary limit, RATELIMITED)',
  redeliver: 'GitHub sends its last webhooks again, the latest first',
};

export type Backend = 'redis' | 'postgres';

export type Surroundings = { backend: Backend; workers: number };

/** Why a kind cannot be tried here; null where it can. */
export function whyLeftOut(kind: FaultKind, { backend, workers }: Surroundings): string | null {
  if (kind === 'restart-redis' && backend !== 'redis') return 'the queue is not on Redis';
  if (kind === 'pause' && workers < 2) return 'it takes two workers';
  return null;
}
