/** From the defaults and what organisations want instead: what is to be removed from which table, and when. */
import { RetentionPolicy } from '../../entities/projects/retention-policy.ts';
import type { DatabaseName } from '../config.ts';
import type { Databases } from '../databases/connect.ts';
import type { Table } from '../databases/tables.ts';
import { defaultRules, keptForEver, sinceColumns } from './rules.ts';

/** Rows of these organisations, or of all but these, that came to their end before so many days. */
export type Share = { organizations: readonly string[]; only: boolean; keepDays: number };

export type TablePlan = {
  table: Table;
  since: string;
  shares: Share[];
  /** The longest that anybody wants them kept, so that older months can be dropped whole; null: for ever. */
  longestDays: number | null;
};

type Wish = Pick<RetentionPolicy, 'organizationId' | 'database' | 'tableName' | 'keepDays'>;

export const readWishes = (databases: Databases): Promise<Wish[]> =>
  databases.maintenance.projects((em) => em.find(RetentionPolicy, {}));

export function planFor(name: DatabaseName, tables: readonly Table[], wishes: readonly Wish[]): TablePlan[] {
  return tables.flatMap((table) => {
    if (keptForEver[name]?.includes(table.name)) return [];
    const rule = defaultRules.find((one) => one.database === name && one.table === table.name);
    const wanted = wishes.filter((wish) => wish.database === name && wish.tableName === table.name);
    const since = rule?.since ?? sinceColumns.find((column) => table.columns.includes(column));
    if (!since || (!rule && wanted.length === 0)) return [];
    const shares: Share[] = wanted.flatMap(({ organizationId, keepDays }) =>
      keepDays == null ? [] : [{ organizations: [organizationId], only: true, keepDays }],
    );
    if (rule) {
      const others = wanted.map(({ organizationId }) => organizationId);
      shares.push({ organizations: others, only: false, keepDays: rule.keepDays });
    }
    const forEver = !rule || wanted.some(({ keepDays }) => keepDays == null);
    const longestDays = forEver ? null : Math.max(...shares.map(({ keepDays }) => keepDays));
    return [{ table, since, shares, longestDays }];
  });
}
