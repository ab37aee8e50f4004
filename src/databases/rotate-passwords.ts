/**
 * New passwords for the roles, while everybody keeps working. PostgreSQL keeps one password per role, so between setting
 * it and telling it there is always a moment in which one of them is wrong; nobody may log in during that moment.
 *
 * First the secrets file announces the new passwords. From then on, who opens a connection waits until the new one is
 * valid (`currentPassword`); who read the old one just before gets the time to log in with it. Then the server is told,
 * and at last the file. Open connections stay. Killed at any point, either this or the next setup finishes it.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config, DatabaseName } from '../config.ts';
import { mapPassword, passesOn } from './foreign-tables.ts';
import { analyticsReader, databaseOf, type LoginRole, ownerOf } from './names.ts';
import { setPassword } from './passwords.ts';
import { nextOf } from './role-passwords.ts';
import { changeSecrets, knownSecrets } from './secrets-file.ts';
import { adminUrl, type Server } from './server.ts';
import { underSetupLock } from './setup-lock.ts';
import { type Session, withSession } from './statements.ts';

/** How long a connection that has read its password may take until the server looks at it, milliseconds. */
const loginMs = 2_000;
/** How long the server may take to be told, milliseconds: who waits for it does not wait for ever. */
const tellingMs = 4_000;

/** Throws `ServerError` or `SetupError`; the passwords are then as they were. */
export async function rotatePasswords(
  config: Config,
  server: Server,
  roles: readonly LoginRole[],
): Promise<void> {
  await underSetupLock(
    adminUrl(server, 'postgres'),
    () => undefined,
    async () => {
      await settleRotation(config, server);
      const next = Object.fromEntries(
        roles.map((role) => [nextOf(role), randomBytes(32).toString('base64url')]),
      );
      await changeSecrets(config.dataDir, (kept) => void Object.assign(kept, next));
      await sleep(loginMs);
      await settleRotation(config, server);
    },
  );
}

/** Brings what the secrets file announces to the server, and makes it count; nothing where nothing is announced. */
export async function settleRotation({ dataDir }: Config, server: Server): Promise<void> {
  const secrets = await knownSecrets(dataDir);
  const announced = Object.entries(secrets).flatMap(([key, password]) => {
    const role = key.startsWith('next:') ? key.slice('next:'.length) : '';
    return role ? [{ role, password }] : [];
  });
  if (announced.length === 0) return;
  const forget = Object.fromEntries(announced.map(({ role }) => [nextOf(role), undefined]));
  let committing = false;
  const home = databaseOf('analytics');
  const there = await withSession(adminUrl(server, 'postgres'), ({ run }) =>
    run(`select from pg_database where datname = '${home}'`),
  );
  try {
    await withSession(adminUrl(server, there.length > 0 ? home : 'postgres'), async (session) => {
      const { run } = session;
      await run('begin');
      await run(`set local statement_timeout = ${tellingMs}`);
      for (const { role, password } of announced) {
        const { sql, shown } = setPassword(role, password);
        await run(sql, shown);
        if (role === analyticsReader) await passOn(session, password);
      }
      committing = true;
      await run('commit');
    });
  } catch (error) {
    // an answer to the commit that was lost says nothing: what is announced stays, and whoever logs in finds out
    if (!committing) await changeSecrets(dataDir, (kept) => void Object.assign(kept, forget));
    throw error;
  }
  const now = Object.fromEntries(announced.map(({ role, password }) => [role, password]));
  await changeSecrets(dataDir, (kept) => void Object.assign(kept, { ...now, ...forget }));
}

/** Before PostgreSQL 18, analytics_db keeps the reader's password for the other databases. */
async function passOn({ run }: Session, password: string): Promise<void> {
  const [row] = await run(`select current_setting('server_version_num')::int as version`);
  if (passesOn(Number(row?.version))) return;
  const mappings = await run(`select srvname from pg_user_mappings where usename = '${analyticsReader}'`);
  if (mappings.length === 0) return;
  await run(`set local role ${ownerOf('analytics')}`);
  for (const { srvname } of mappings) {
    const { sql, shown } = mapPassword(srvname as DatabaseName, password);
    await run(sql, shown);
  }
  await run('reset role');
}
