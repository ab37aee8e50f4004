import { expect, test } from 'vitest';
import { parseRedisUrl, withoutRedisSecrets } from '../../src/engine/redis-url.ts';

test('one URL names a server, Sentinels with their primary, or a Cluster', () => {
  expect(parseRedisUrl('redis://h')).toMatchObject({
    kind: 'standalone',
    nodes: [{ host: 'h', port: 6379 }],
    db: 0,
  });
  expect(parseRedisUrl('rediss://u:p%40ss@[::1]:7000/3')).toMatchObject({
    kind: 'standalone',
    nodes: [{ host: '::1', port: 7000 }],
    access: { username: 'u', password: 'p@ss' },
    tls: true,
    db: 3,
  });
  expect(parseRedisUrl('redis+sentinel://:secret@a,b:1/main/2?sentinelPassword=other')).toMatchObject({
    kind: 'sentinel',
    name: 'main',
    nodes: [
      { host: 'a', port: 26379 },
      { host: 'b', port: 1 },
    ],
    access: { password: 'secret', sentinelPassword: 'other' },
    db: 2,
  });
  expect(parseRedisUrl('redis+cluster://a:1,b:2')).toMatchObject({ kind: 'cluster', tls: false });
});

test('what is none of them is refused', () => {
  for (const url of [
    'http://h',
    'redis://',
    'redis://a,b',
    'redis+sentinel://a:1',
    'redis+cluster://a/2',
    'a',
  ]) {
    expect(parseRedisUrl(url)).toBeNull();
  }
});

test('no password is shown', () => {
  const shown = withoutRedisSecrets('redis+sentinel://u:secret@a:1/main?sentinelPassword=other');
  expect(shown).toBe('redis+sentinel://a:1/main?sentinelPassword=…');
});
