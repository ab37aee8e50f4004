/** The steps of setup in their order, whatever is done about them: made, planned or compared. */
import { type Config, type DatabaseName, databaseNames } from '../config.ts';
import type { ConnectedConfig } from './connections.ts';
import { setUpForeignTables } from './cross-database.ts';
import { setUpDatabase } from './database-setup.ts';
import { connectRequirements, databaseRequirements } from './grants.ts';
import {
  administrator,
  analyticsReader,
  databaseOf,
  type LoginRole,
  loginRoles,
  maintenanceOf,
  ownerOf,
  queueUser,
  userOf,
} from './names.ts';
import type { MigrationSource } from './orm.ts';
import { type Login, passwordRequirement } from './passwords.ts';
import { ensureQueueSchema, ensureQueueSchemaAt, queueRequirement } from './queue-schema.ts';
import { type Conduct, fulfil } from './requirements.ts';
import { roleRequirements, type Scope } from './roles.ts';
import { adminUrl, type Server, urlOf } from './server.ts';
import { checkRights, embeddedFacts, factsOf } from './server-facts.ts';
import { absentSession, type Session, withSession } from './statements.ts';

export type Walk = {
  config: Config;
  urls: ConnectedConfig;
  passwords: Record<LoginRole, string>;
  conduct: Conduct;
  /** Told each step when it is done, in a few words. */
  progress(step: string): void;
  sources: Partial<Record<DatabaseName, MigrationSource>>;
};

/** The default server, as the steps see it. */
export type Ground = {
  server: Server;
  scope: Scope;
  /**
   * Works in a database, as a role of it. What is only planned or compared is looked at as the administrator, and may
   * not exist yet.
   */
  at<T>(database: string, role: string | undefined, work: (session: Session) => Promise<T>): Promise<T>;
};

/**
 * @param server undefined where every database has a URL of its own
 * @param exists whether that server can be asked; otherwise the plan is that of a new one
 */
export async function walkSetup(walk: Walk, server: Server | undefined, exists = true): Promise<void> {
  const ground = server && (await survey(walk, server, exists));
  if (ground) await prepareServer(walk, ground);
  for (const name of databaseNames) {
    await setUpDatabase(walk, ground?.scope.names.includes(name) ? ground : undefined, name);
  }
  await setUpQueue(walk, ground);
  if (ground?.scope.names.includes('analytics')) await setUpForeignTables(walk, ground);
}

/** Whether the server is one to set up, and what is there. */
async function survey(walk: Walk, server: Server, exists: boolean): Promise<Ground> {
  const names = databaseNames.filter((name) => !walk.config.databaseUrls[name]);
  const looks = walk.conduct.mode !== 'run';
  const there = new Set<string>();
  const facts = !exists
    ? embeddedFacts
    : await withSession(adminUrl(server, 'postgres'), async (session) => {
        const found = await factsOf(session);
        if (walk.conduct.mode !== 'check') await checkRights(session, found);
        for (const { datname } of await session.run('select datname from pg_database'))
          there.add(String(datname));
        return found;
      });
  return {
    server,
    scope: { names, facts },
    at: (database, role, work) => {
      if (looks && !there.has(database)) return work(absentSession(database, role));
      const url = adminUrl(server, database);
      if (!looks || role === undefined) return withSession(url, work, role === undefined ? {} : { role });
      return withSession(url, async (session) => {
        // the role may be yet to be made, or to be given to the administrator
        await session.client.query(`set role ${role}`).catch(() => undefined);
        return work({ ...session, role });
      });
    },
  };
}

/** Roles, their passwords, databases, and who may connect to them. */
async function prepareServer(walk: Walk, ground: Ground): Promise<void> {
  const { at, scope } = ground;
  const { conduct, progress } = walk;
  const roles = await at('postgres', undefined, (session) =>
    fulfil(session, roleRequirements(scope), conduct),
  );
  const passwords = await at('postgres', undefined, (session) =>
    fulfil(session, [passwordRequirement(loginsOf(walk, ground))], conduct),
  );
  progress(`roles: ${mended(roles.length)}`);
  progress(`passwords: ${mended(passwords.length)}`);
  const databases = await at('postgres', undefined, (session) =>
    fulfil(
      session,
      scope.names.flatMap((name) => databaseRequirements(name, scope.facts)),
      conduct,
    ),
  );
  progress(`databases: ${mended(databases.length)}`);
  for (const name of scope.names) {
    await at('postgres', ownerOf(name), (session) => fulfil(session, connectRequirements(name), conduct));
  }
}

const mended = (count: number) => (count === 0 ? 'up to date' : `${count} made or mended`);

/** Where each of our roles logs in. The administrator's own password is the one that setup is run with. */
function loginsOf({ passwords }: Walk, { server, scope }: Ground): Login[] {
  const homes = new Map<string, string>([
    ...scope.names.flatMap((name): [string, string][] => [
      [userOf(name), databaseOf(name)],
      [maintenanceOf(name), databaseOf(name)],
    ]),
    [analyticsReader, databaseOf('analytics')],
    ...(scope.names.includes('workflows') ? [[queueUser, databaseOf('workflows')] as const] : []),
    ...(scope.facts.user === administrator ? [] : [[administrator, 'postgres'] as const]),
  ]);
  return loginRoles.flatMap((role) => {
    const home = homes.get(role);
    return home ? [{ role, url: urlOf(server, home, role, passwords[role]) }] : [];
  });
}

async function setUpQueue(
  { config, urls, conduct, progress }: Walk,
  ground: Ground | undefined,
): Promise<void> {
  const url = urls.queue.databaseUrl;
  if (!url) return progress('queue: on Redis');
  const ours = ground && !config.queue.databaseUrl && ground.scope.names.includes('workflows');
  if (ours) {
    const database = databaseOf('workflows');
    if (conduct.mode === 'run')
      await ensureQueueSchema(adminUrl(ground.server, database), ownerOf('workflows'));
    await ground.at(database, undefined, (session) => fulfil(session, [queueRequirement(database)], conduct));
  } else if (conduct.mode === 'run') {
    await ensureQueueSchemaAt(url);
  }
  progress('queue: up to date');
}
