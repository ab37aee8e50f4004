/**
 * Row-level security, the same for every table: a row is seen and written only while `app.organization_id` names its
 * organisation. The policy holds for every role, the owner included (FORCE); a query without an organisation fails
 * rather than finding nothing. Only the maintenance role is let past it, and analytics_readonly for reading, by policies
 * that setup adds.
 *
 * The policies of entities come with the generated migrations. A migration that changes rows has to lift FORCE for its
 * own duration (`alter table … no force row level security`, then `force` again); setup checks that it did.
 */
import type { EntityMetadata } from '@mikro-orm/postgresql';
import pg from 'pg';

/** The setting that every transaction of the application starts with. */
export const organizationSetting = 'app.organization_id';

export const isolationPolicy = 'organization_isolation';
export const maintenancePolicy = 'maintenance_all';
export const readerPolicy = 'analytics_read';

const identifier = pg.escapeIdentifier;

// the sub-select is worked out once per query, not once per row
const isolates = (column: string) =>
  `${identifier(column)} = (select current_setting('${organizationSetting}')::uuid)`;

/**
 * Puts the policy on an entity, beside those that it declares itself (which let at more rows), for migrations and for
 * the comparison with them. Throws for one without organisation.
 */
export function isolateEntity(meta: EntityMetadata): void {
  const isOrganization = meta.tableName === 'organizations';
  if (!isOrganization && !('organizationId' in meta.properties)) {
    throw new Error(
      `${meta.className} has no organizationId, so its rows cannot be kept apart. Spread tenantRow into its properties.`,
    );
  }
  meta.rowLevelSecurity = 'force';
  const using = isolates(isOrganization ? 'id' : 'organization_id');
  const further = (meta.policies ?? []).filter(({ name }) => name !== isolationPolicy);
  meta.policies = [{ name: isolationPolicy, using, check: using }, ...further];
}

/**
 * The statements that protect a table made by hand in a migration, such as a partition.
 * @public
 */
export function enableRowLevelSecurity(table: string, column = 'organization_id'): string[] {
  const name = identifier(table);
  return [
    `alter table ${name} enable row level security`,
    `alter table ${name} force row level security`,
    `create policy ${isolationPolicy} on ${name} using (${isolates(column)}) with check (${isolates(column)})`,
  ];
}
