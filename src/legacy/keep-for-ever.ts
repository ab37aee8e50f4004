/**
 * What is brought over keeps its dates, so most of it is older than retention keeps anything: its organisations are given
 * policies by which it stays, before the first row comes in.
 */
import { deriveId } from '../engine/derive.ts';
import { defaultRules } from '../retention/rules.ts';
import { mappings } from './catalogue.ts';
import { type Identities, legacySlug } from './identities.ts';
import { insertRows, type Targets } from './target.ts';

/** Tables that the default would empty, `<database>.<table>`; the last two are written where events are. */
const filled = new Set<string>([
  ...mappings.map(({ target }) => target),
  'events.event_keys',
  'events.event_aggregations',
]);
const rules = defaultRules.filter(({ database, table }) => filled.has(`${database}.${table}`));

export type KeptForEver = {
  /** Slugs. */
  organizations: string[];
  /** `<database>.<table>` */
  tables: string[];
};

/** A policy that an organisation has already stays as it is. Safe to repeat. */
export async function keepForEver(targets: Targets, identities: Identities): Promise<KeptForEver> {
  const slugs = [...new Set([...identities.organizations.keys(), legacySlug])].sort();
  const rows = slugs.flatMap((slug) =>
    rules.map(({ database, table }) => {
      const organization_id = identities.organization(slug);
      const id = deriveId('legacy', 'retention', organization_id, database, table);
      return { id, organization_id, database, table_name: table, keep_days: null };
    }),
  );
  await insertRows(targets, 'projects.retention_policies', rows);
  return { organizations: slugs, tables: rules.map(({ database, table }) => `${database}.${table}`) };
}
