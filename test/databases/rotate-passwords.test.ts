import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resolveConnections } from '../../src/databases/connections.ts';
import { generatedRoles, nextOf, rolePasswords } from '../../src/databases/role-passwords.ts';
import { rotatePasswords } from '../../src/databases/rotate-passwords.ts';
import { changeSecrets, knownSecrets } from '../../src/databases/secrets-file.ts';
import { checkSetup, setupDatabases } from '../../src/databases/setup.ts';
import { failure, query, type SetupServer, setupServer } from '../support/setup-server.ts';

let place: SetupServer;
beforeAll(async () => {
  place = await setupServer();
  await setupDatabases(place.config, { server: place.server });
});
afterAll(() => place?.stop());

const check = () => checkSetup(place.config, { server: place.server });

it('a worker that opens connections all the time notices nothing', async () => {
  const worker = fork(fileURLToPath(new URL('../support/reconnecting-worker.ts', import.meta.url)), {
    env: { PATH: process.env.PATH, DATA_DIR: place.config.dataDir },
    execArgv: [],
  });
  await once(worker, 'message');
  const before = await rolePasswords(place.config);
  const old = (await resolveConnections(place.config, place.server)).databaseUrls.task;
  for (let round = 0; round < 3; round++) {
    await rotatePasswords(place.config, place.server, generatedRoles({}));
    // all connections anew
    worker.send('tell of a round');
    await once(worker, 'message');
  }
  worker.send('stop');
  const [outcome] = await once(worker, 'message');
  expect(outcome.failures).toEqual([]);
  expect(outcome.rounds).toBeGreaterThanOrEqual(3);
  const after = await rolePasswords(place.config);
  expect(
    Object.entries(after).filter(([role, password]) => before[role as keyof typeof before] === password),
  ).toEqual([]);
  expect((await failure(query(old, 'select 1'))).message).toMatch(/password authentication failed/);
  expect(await check()).toEqual([]);
});

it('changes the roles that it is told, and no other', async () => {
  const before = await rolePasswords(place.config);
  await rotatePasswords(place.config, place.server, ['analytics_readonly']);
  expect({ ...(await rolePasswords(place.config)), analytics_readonly: '' }).toEqual({
    ...before,
    analytics_readonly: '',
  });
  expect(await check()).toEqual([]);
});

it('one that was killed before it told the server is finished by the next setup', async () => {
  await changeSecrets(
    place.config.dataDir,
    (kept) => void Object.assign(kept, { [nextOf('task_user')]: 'announced-password' }),
  );
  await setupDatabases(place.config, { server: place.server });
  const secrets = await knownSecrets(place.config.dataDir);
  expect(secrets.task_user).toBe('announced-password');
  expect(secrets).not.toHaveProperty(nextOf('task_user'));
  expect(await check()).toEqual([]);
});

it('one that was killed after it told the server stops nobody', async () => {
  await place.asAdmin(`alter role task_user password 'told-password'`);
  await changeSecrets(
    place.config.dataDir,
    (kept) => void Object.assign(kept, { [nextOf('task_user')]: 'told-password' }),
  );
  const { livePassword } = await import('../../src/databases/connections.ts');
  const connected = await resolveConnections(place.config, place.server);
  expect(await livePassword(connected, connected.databaseUrls.task)?.()).toBe('told-password');
  await setupDatabases(place.config, { server: place.server });
  expect(await check()).toEqual([]);
});

it('one that the server refuses leaves the passwords as they were', async () => {
  const before = await knownSecrets(place.config.dataDir);
  await place.asAdmin('alter role learning_user rename to learning_user_2');
  expect(
    (await failure(rotatePasswords(place.config, place.server, ['task_user', 'learning_user']))).message,
  ).toMatch(/role "learning_user" does not exist\nThe statement: alter role "learning_user" password '…'/);
  await place.asAdmin('alter role learning_user_2 rename to learning_user');
  expect(await knownSecrets(place.config.dataDir)).toEqual(before);
});
