/** When a migration must not begin. */
import { databaseNames } from '../config.ts';
import { ServerError } from '../databases/server-error.ts';
import { readIdentities } from './identities.ts';
import { identityOf, type Sources } from './source.ts';
import type { Targets } from './target.ts';

/** PostgreSQL advisory lock: `gsw` in ASCII, then 8. */
const lockKey = 0x67737708;

/** Throws where one of the databases to be read is one of ours, under whatever name. */
export async function checkPlaces(sources: Sources, targets: Targets): Promise<void> {
  const ours = new Set<string>();
  for (const name of databaseNames) ours.add(await identityOf(targets[name].client));
  for (const [name, source] of Object.entries(sources)) {
    if (ours.has(await identityOf(source.client))) {
      throw new ServerError(
        `The ${name}_db to read from is one of the databases to write to. Give the earlier system's server with --from, or each database with --from-${name}.`,
      );
    }
  }
}

/** One migration at a time; held as long as the connection. */
export async function claim({ events }: Targets): Promise<void> {
  const { rows } = await events.client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [
    lockKey,
  ]);
  if (!rows[0]?.held) {
    throw new ServerError('Another migration from the earlier system is running; wait for its end.');
  }
}

/** Throws where an organisation of the sources has workflows here that did not come from there. */
export async function refuseStrangers(sources: Sources, targets: Targets): Promise<void> {
  const { rows: known } = await targets.projects.client.query<{ id: string; slug: string }>(
    'select id, slug from organizations',
  );
  const identities = await readIdentities(
    sources,
    new Map(known.map(({ id, slug }) => [slug.toLowerCase(), id])),
  );
  const ids = [...identities.organizations.keys()].map((slug) => identities.organization(slug));
  const theirs = [...identities.workflows.all()].map(({ id }) => id);
  const { rows } = await targets.workflows.client.query<{ id: string; count: string }>(
    `select organization_id as id, count(*) from workflow_executions
      where organization_id = any($1::uuid[]) and id <> all($2::uuid[]) group by 1`,
    [ids, theirs],
  );
  const [first] = rows;
  if (!first) return;
  const slug = known.find(({ id }) => id === first.id)?.slug;
  throw new ServerError(
    `The organisation "${slug}" has ${first.count} workflows here that the earlier system does not know. Repeat with --into-existing to bring its rows in besides.`,
  );
}
