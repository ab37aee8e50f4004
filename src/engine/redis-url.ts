/**
 * The three ways to run Redis, each in one URL:
 *
 *     redis://user:password@host:6379/0                                one server; rediss:// with TLS
 *     redis+sentinel://user:password@host:26379,host:26379/name/0      a primary that Sentinels look after, by its name
 *     redis+cluster://user:password@host:6379,host:6379                some nodes of a Cluster; it tells us the others
 *
 * `rediss+sentinel` and `rediss+cluster` use TLS. Sentinels with a password of their own: `?sentinelPassword=…` (and
 * `sentinelUsername`). All keys of the queue share one hash tag, so in a Cluster they live on one shard.
 */
import { Cluster, Redis, type RedisOptions } from 'ioredis';

/** What others than the queue may want otherwise. */
export type RedisManners = {
  lazyConnect?: boolean;
  retryStrategy?: (times: number) => number | null;
  maxRetriesPerRequest?: number;
  /** Milliseconds. */
  commandTimeout?: number;
};

type Node = { host: string; port: number };
type Access = {
  username?: string;
  password?: string;
  sentinelUsername?: string;
  sentinelPassword?: string;
};

type Where = { nodes: Node[]; access: Access; tls: boolean; db: number };
export type RedisAddress = Where & ({ kind: 'standalone' | 'cluster' } | { kind: 'sentinel'; name: string });

export const redisUrlForms =
  'redis://user:password@host:6379, redis+sentinel://user:password@host:26379,host:26379/name ' +
  'or redis+cluster://user:password@host:6379,host:6379';

const form = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/;

/** Null where the URL has none of the forms. */
export function parseRedisUrl(url: string): RedisAddress | null {
  const [, protocol, how, credentials, hosts = '', path = '', query = ''] = form.exec(url) ?? [];
  if (!protocol) return null;
  const nodes = hosts.split(',').map((host) => nodeOf(host, how === 'sentinel' ? 26_379 : 6_379));
  const [name, ofSentinel] = how === 'sentinel' ? path.split('/') : [undefined, path];
  const db = Number(ofSentinel || 0);
  const isWrong = nodes.some((node) => node === null) || (!how && nodes.length > 1) || !Number.isInteger(db);
  if (isWrong || (how === 'sentinel' && !name) || (how === 'cluster' && db !== 0)) return null;
  const [username, ...password] = (credentials ?? '').split(':');
  const asked = new URLSearchParams(query);
  const access = {
    username: decodeURIComponent(username ?? ''),
    password: decodeURIComponent(password.join(':')),
    sentinelUsername: asked.get('sentinelUsername'),
    sentinelPassword: asked.get('sentinelPassword'),
  };
  return {
    nodes: nodes as Node[],
    access: Object.fromEntries(Object.entries(access).filter(([, value]) => value)) as Access,
    tls: protocol === 'rediss',
    db,
    ...(how === 'sentinel'
      ? { kind: how, name: name as string }
      : { kind: how === 'cluster' ? how : 'standalone' }),
  };
}

function nodeOf(host: string, usualPort: number): Node | null {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(host) ?? [];
  const name = bracketed ?? plain;
  return name ? { host: name, port: Number(port ?? usualPort) } : null;
}

/** The URL as it may be shown. */
export function withoutRedisSecrets(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//').replace(/(sentinelPassword=)[^&]*/, '$1…');
}

/** A server that has become a replica tells so: connect anew, to whatever is the primary by now, and send again. */
const reconnectOnError = (error: Error) => (error.message.startsWith('READONLY') ? 2 : false);

const pause = (times: number) => Math.min(50 * 2 ** Math.min(times, 5), 1_000);

/** A connection that has long been silent while it owed an answer is cut: its other end may be gone without a word. */
const silenceMs = 15_000;

/** Waits for a server that is away, follows a primary that moves. Throws a TypeError where `url` is no URL of Redis. */
export function connectRedis(url: string, manners: RedisManners = {}): Redis | Cluster {
  const address = parseRedisUrl(url);
  if (!address) throw new TypeError(`REDIS_URL should look like ${redisUrlForms}.`);
  const { sentinelUsername, sentinelPassword, ...login } = address.access;
  const common = {
    ...login,
    ...(address.tls ? { tls: {} } : {}),
    db: address.db,
    maxRetriesPerRequest: null,
    connectTimeout: 3_000,
    socketTimeout: silenceMs,
    keepAlive: 5_000,
    retryStrategy: pause,
    reconnectOnError,
    ...manners,
  } satisfies RedisOptions;
  if (address.kind === 'cluster') {
    return new Cluster(address.nodes, {
      redisOptions: common,
      lazyConnect: common.lazyConnect ?? false,
      clusterRetryStrategy: common.retryStrategy,
      // a failover takes seconds, in which commands are told to come back
      maxRedirections: 64,
      retryDelayOnFailover: 250,
      retryDelayOnClusterDown: 250,
      retryDelayOnTryAgain: 250,
      slotsRefreshTimeout: 2_000,
      slotsRefreshInterval: 5_000,
    });
  }
  if (address.kind === 'sentinel') {
    return new Redis({
      ...common,
      sentinels: address.nodes,
      name: address.name,
      ...(sentinelUsername ? { sentinelUsername } : {}),
      ...(sentinelPassword ? { sentinelPassword } : {}),
      ...(address.tls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
      sentinelRetryStrategy: common.retryStrategy,
      // told of a new primary, rather than finding out by a connection that breaks
      failoverDetector: true,
    });
  }
  return new Redis({ ...common, ...(address.nodes[0] as Node) });
}
