/**
 * What every table gets without asking, in the migrations and in the comparison with them: row-level security,
 * parents of its own organisation only, and an `updated_at` that moves.
 */
import type { EntityMetadata, MetadataStorage } from '@mikro-orm/postgresql';
import pg from 'pg';
import { tablePlaceholder } from '../../entities/audited.ts';
import { isolateEntity } from './policies.ts';

const identifier = pg.escapeIdentifier;

export function guardEntities(storage: MetadataStorage): void {
  for (const meta of storage.getAll().values()) {
    if (meta.abstract || meta.embeddable || meta.virtual || meta.view) continue;
    isolateEntity(meta);
    keepParentsInOrganization(meta);
    moveUpdatedAt(meta);
    nameTable(meta);
  }
}

/**
 * A foreign key alone would let a row hang on another organisation's row, because its check looks past row-level
 * security. The parent has to be visible to the writer and of the row's own organisation.
 */
function keepParentsInOrganization(meta: EntityMetadata): void {
  const parents = meta.relations.filter(
    ({ kind, owner, targetMeta }) =>
      (kind === 'm:1' || (kind === '1:1' && owner)) &&
      targetMeta &&
      'organizationId' in targetMeta.properties,
  );
  if (parents.length === 0) return;
  const columns = parents.map(({ fieldNames }) => identifier(String(fieldNames[0])));
  const checks = parents.map(({ targetMeta }, index) => {
    const column = columns[index];
    const table = identifier(String(targetMeta?.tableName));
    // a person may be a member elsewhere: whom the writer sees he may refer to
    const ours = targetMeta?.tableName === 'users' ? '' : ' and organization_id = new.organization_id';
    return `if new.${column} is not null and not exists (
        select from ${table} where id = new.${column}${ours}) then
        raise exception '${meta.tableName}: there is no % in this organisation', new.${column}
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;
      end if;`;
  });
  const body = `${checks.join('\n')} return new;`;
  meta.triggers.push(
    { name: 'parent_in_organization', timing: 'before', events: ['insert'], body },
    {
      // apart, because most updates leave the parents alone and are not to pay for a look at them
      name: 'parent_stays_in_organization',
      timing: 'before',
      events: ['update'],
      when: columns.map((column) => `old.${column} is distinct from new.${column}`).join(' or '),
      body,
    },
  );
}

/** A trigger that is written without its table, such as that of `audited()`, gets it here. */
function nameTable(meta: EntityMetadata): void {
  for (const trigger of meta.triggers) {
    if (trigger.expression)
      trigger.expression = trigger.expression.replace(tablePlaceholder, identifier(meta.tableName));
  }
}

/** With every change, also one in plain SQL; by the database's clock, not the worker's. */
function moveUpdatedAt(meta: EntityMetadata): void {
  if (!('updatedAt' in meta.properties)) return;
  meta.triggers.push({
    name: 'updated_at_moves',
    timing: 'before',
    events: ['update'],
    expression: `create trigger updated_at_moves before update on ${identifier(meta.tableName)} for each row execute function move_updated_at()`,
  });
}
