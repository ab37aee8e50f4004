/** Which states may follow which, enforced by the database: no code path, and no hand at `psql`, gets around it. */
import type { TriggerDef } from '@mikro-orm/core';

/**
 * For `triggers` of an entity: an update that leads from a state to one that is not listed after it fails (SQLSTATE
 * 23514, constraint `state_transitions`). A state that is missing here is final.
 * @param column its database name, such as `status`
 */
export function stateMachine<State extends string>(
  column: string,
  next: Partial<Record<NoInfer<State>, readonly State[]>>,
): TriggerDef {
  const cases = Object.entries(next).map(
    ([from, to]) =>
      `when '${from}' then array[${(to as readonly State[]).map((state) => `'${state}'`).join(', ')}]`,
  );
  return {
    name: `${column}_transitions`,
    timing: 'before',
    events: ['update'],
    when: `old.${column} is distinct from new.${column}`,
    body: `
      if new.${column} is null or not new.${column} = any (case old.${column} ${cases.join(' ')} else array[]::text[] end) then
        raise exception '% %: % does not follow %', tg_table_name, old.id, coalesce(new.${column}, 'null'), old.${column}
          using errcode = 'check_violation', constraint = 'state_transitions', table = tg_table_name;
      end if;
      return new;`,
  };
}
