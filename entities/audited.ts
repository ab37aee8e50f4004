/** Keeps what changes in a table, for the audit log, whoever changes it and however. */
import type { TriggerDef } from '@mikro-orm/core';

type Columns = {
  /** Columns whose changes are of no interest; `created_at`, `updated_at` and `version` never are. */
  ignore?: readonly string[];
  /**
   * Columns of which nothing but the fact of a change may be known. Texts and bytes in columns that are called secret,
   * token, password or the like are hidden without being named.
   */
  hide?: readonly string[];
};

/** Stands for the entity's own table in the expression of a trigger; the migrations put the name in. */
export const tablePlaceholder = ':table:';

/**
 * For `triggers` of an entity: every insert, update and delete, also in plain SQL, leaves a row in `change_log`, in the
 * same transaction, with what the changed columns held before and after and who did it.
 */
export function audited({ ignore = [], hide = [] }: Columns = {}): TriggerDef {
  const names = (columns: readonly string[]) => `'{${columns.join(',')}}'`;
  return {
    name: 'changes_are_kept',
    timing: 'after',
    events: ['insert', 'update', 'delete'],
    expression: `create trigger changes_are_kept after insert or update or delete on ${tablePlaceholder} for each row execute function keep_change(${names(ignore)}, ${names(hide)})`,
  };
}
