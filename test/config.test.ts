import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ConfigError, knownVariables, readConfig } from '../src/config.ts';

it('a variable that is set to nothing is as good as left out', () => {
  expect(knownVariables.length).toBeGreaterThan(50);
  const empty = Object.fromEntries(knownVariables.map((name) => [name, '']));
  expect(readConfig(empty)).toEqual(readConfig({}));
});

it('every variable that is wrong is named', () => {
  const read = () => readConfig({ PORT: 'many', CODEGEN_ORG_ID: '0', GSW_URL: 'nowhere' });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(/PORT: [\s\S]*GSW_URL: [\s\S]*CODEGEN_ORG_ID: /);
});

it('what docker-compose.yml sets is known, and setup waits for all that it talks to', async () => {
  const { services } = parse(await readFile(new URL('../docker-compose.yml', import.meta.url), 'utf8'), {
    merge: true,
  });
  for (const name of ['setup', 'api', 'worker']) {
    expect(services[name].env_file).toBe('.env');
    expect(Object.keys(services[name].environment).filter((one) => !knownVariables.includes(one))).toEqual(
      [],
    );
  }
  expect(readConfig(services.setup.environment)).toMatchObject({
    postgres: { host: 'postgres' },
    queue: { redisUrl: 'redis://redis:6379' },
  });
  expect(Object.keys(services.setup.depends_on)).toEqual(['postgres', 'redis']);
});
