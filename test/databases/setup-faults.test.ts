/** Setup that is interrupted, refused or started twice. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sentenceOf } from '../../src/cli/failure.ts';
import { databaseNames } from '../../src/config.ts';
import { checkSetup, setupDatabases } from '../../src/databases/setup.ts';
import { SetupError } from '../../src/databases/statements.ts';
import { failure, type SetupServer, setupServer } from '../support/setup-server.ts';

vi.setConfig({ testTimeout: 240_000 });

let place: SetupServer;
beforeEach(async () => {
  place = await setupServer();
});
afterEach(() => place?.stop());

const setup = (onProgress: (step: string) => void = () => undefined) =>
  setupDatabases(place.config, { server: place.server, onProgress });
const check = () => checkSetup(place.config, { server: place.server });

function settingUp(): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(new URL('../support/setting-up.ts', import.meta.url))], {
    env: { PATH: process.env.PATH, DATA_DIR: place.config.dataDir },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

it('killed at any moment, it is finished by the next one', async () => {
  for (let round = 0; round < 4; round++) {
    const child = settingUp();
    const ended = once(child, 'exit');
    await sleep(700 + Math.random() * 2_500);
    child.kill('SIGKILL');
    await ended;
  }
  await setup();
  expect(await check()).toEqual([]);
});

it('several at once take turns, and each finds the server set up', async () => {
  const children = [settingUp(), settingUp(), settingUp()];
  const ended = await Promise.all(children.map((child) => once(child, 'exit')));
  expect(ended.map(([code]) => code)).toEqual([0, 0, 0]);
  expect(await check()).toEqual([]);
});

it('on a full disk it stops at the statement, says why, and goes on when there is room', async () => {
  await place.asAdmin('create role events_owner');
  await place.asAdmin('create database events_db owner events_owner');
  await place.asAdmin(
    `create function full_disk() returns event_trigger language plpgsql as $$ begin
       raise exception 'could not extend file "base/1/2": No space left on device' using errcode = 'disk_full'; end $$;
     create event trigger full_disk on ddl_command_start when tag in ('CREATE TABLE') execute function full_disk()`,
    'events_db',
  );
  const steps: string[] = [];
  const error = await failure(setup((step) => steps.push(step)));
  expect(error).toBeInstanceOf(SetupError);
  expect(error).toMatchObject({ statement: expect.stringMatching(/^create table/) });
  expect(error.message).toMatch(/events_db failed: .*No space left on device/);
  expect(sentenceOf(error)).toMatch(/disk is full/i);
  expect(steps.at(-1)).toMatch(/^analytics_db: applied/);
  expect((await check()).filter(({ database }) => database === 'task_db')).toEqual([]);

  await place.asAdmin('drop event trigger full_disk; drop function full_disk()', 'events_db');
  await setup();
  expect(await check()).toEqual([]);
});

it('a right that is taken away in the middle stops it there', async () => {
  await place.asAdmin('create role learning_owner nologin');
  await place.asAdmin('create database learning_db owner learning_owner');
  await place.asAdmin(
    'alter schema public owner to postgres; create table mikro_orm_migrations (id int)',
    'learning_db',
  );
  const error = await failure(setup());
  expect(error.message).toMatch(/^Setting up learning_db failed: .*\nThe statement: /);
  await place.asAdmin(
    'drop table mikro_orm_migrations; alter schema public owner to pg_database_owner',
    'learning_db',
  );
  await setup();
  expect(await check()).toEqual([]);
  expect(databaseNames).toHaveLength(8);
});
