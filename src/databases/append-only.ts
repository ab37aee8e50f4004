/**
 * Tables whose rows may not be changed by those who write them. The default privileges of `grants.ts` give every role
 * all rights on every new table; here some are taken back, after each run of the migrations, so that a role which
 * came later is held to the same. The owner of a database keeps his rights: where the application itself owns it
 * (a database with a URL of its own), triggers stand in their place.
 */
import pg from 'pg';

export type Right = 'select' | 'insert' | 'update' | 'delete';

export const allRights: readonly Right[] = ['select', 'insert', 'update', 'delete'];

/** What is left to the application and to maintenance. */
export const restrictedTables: Readonly<
  Record<string, { user: readonly Right[]; maintenance: readonly Right[] }>
> = {
  audit_log: { user: ['select', 'insert'], maintenance: ['select', 'insert'] },
  // written by triggers that run with the owner's rights
  audit_heads: { user: ['select'], maintenance: ['select'] },
  change_log: { user: ['select'], maintenance: ['select', 'delete'] },
};

/** The statements that leave a role these rights on a table and no others. */
export function restrict(table: string, rights: readonly Right[], role: string): string[] {
  const [name, to] = [pg.escapeIdentifier(table), pg.escapeIdentifier(role)];
  const others = allRights.filter((right) => !rights.includes(right));
  return [
    `revoke ${others.join(', ')}, truncate, trigger on ${name} from ${to}`,
    `grant ${rights.join(', ')} on ${name} to ${to}`,
  ];
}

/**
 * For the migration that makes such a table: takes from everybody but its owner what the default privileges gave, so
 * that it is never open. Setup then gives each role what {@link restrictedTables} says.
 */
export const takeRightsBack = (table: string) => `do $$ declare grantee oid; begin
  for grantee in select distinct a.grantee from pg_class c, aclexplode(c.relacl) a
     where c.oid = ${pg.escapeLiteral(table)}::regclass and a.grantee not in (0, c.relowner) loop
    execute format('revoke insert, update, delete, truncate on %I from %I', ${pg.escapeLiteral(table)}, pg_get_userbyid(grantee));
  end loop; end $$`;
