/** Columns that keep what was first written into them, enforced by the database. */
import type { TriggerDef } from '@mikro-orm/core';

/** For `triggers` of an entity: an update of one of these columns (database names) fails (SQLSTATE 23514). */
export function fixedColumns(...columns: [string, ...string[]]): TriggerDef {
  return {
    name: 'columns_are_fixed',
    timing: 'before',
    events: ['update'],
    when: columns.map((column) => `old.${column} is distinct from new.${column}`).join(' or '),
    body: `
      raise exception '% %: % cannot be changed once written', tg_table_name, old.id, '${columns.join(', ')}'
        using errcode = 'check_violation', constraint = 'columns_are_fixed', table = tg_table_name;`,
  };
}
