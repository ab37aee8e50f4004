/** What became of everything, for people and for machines. */
import type { Plan } from './apply.ts';
import type { Progress } from './progress.ts';
import type { Verified } from './verify.ts';

export type TableReport = {
  /** `<database>.<table>` of the earlier system. */
  source: string;
  /** Ours; null where its rows go into quarantine. */
  target: string | null;
  rows: number;
  mapped: number;
  merged: number;
  quarantined: number;
  changedSince: number;
  checksum: { expected: string; found: string } | null;
  problems: string[];
  /** Why the table as a whole has no place with us. */
  reason: string | null;
};

export type Report = {
  tables: TableReport[];
  rows: number;
  mapped: number;
  merged: number;
  quarantined: number;
  /** Whether every row of the source was found again and all counts agree. */
  verified: boolean;
};

export class Tally {
  readonly #tables = new Map<string, TableReport>();

  begin(plan: Plan, rows: number): void {
    const source = nameOf(plan);
    const counts = { mapped: 0, merged: 0, quarantined: 0, changedSince: 0 };
    const target = plan.mapping?.target ?? null;
    const reason = plan.mapping ? null : plan.reason;
    this.#tables.set(source, { source, target, rows, ...counts, checksum: null, problems: [], reason });
  }

  end(plan: Plan, { mapped, merged, quarantined }: Progress): void {
    Object.assign(this.#of(plan), { mapped, merged, quarantined });
  }

  verified(plan: Plan, found: Verified): void {
    const table = this.#of(plan);
    table.problems.push(...found.problems);
    table.changedSince = found.changedSince;
    if (plan.mapping) table.checksum = { expected: found.expected, found: found.found };
    if (table.mapped + table.merged + table.quarantined !== table.rows) {
      table.problems.push(
        `${table.rows} rows, but ${table.mapped + table.merged + table.quarantined} dealt with`,
      );
    }
    for (const way of ['rows', 'mapped', 'merged', 'quarantined'] as const) {
      if (found[way] !== table[way])
        table.problems.push(`${table[way]} ${way}, but ${found[way]} found again`);
    }
    if (found.expected !== found.found) table.problems.push('the checksums differ');
  }

  report(): Report {
    const tables = [...this.#tables.values()];
    const sum = (of: 'rows' | 'mapped' | 'merged' | 'quarantined') =>
      tables.reduce((total, table) => total + table[of], 0);
    return {
      tables,
      rows: sum('rows'),
      mapped: sum('mapped'),
      merged: sum('merged'),
      quarantined: sum('quarantined'),
      verified: tables.every(({ problems }) => problems.length === 0),
    };
  }

  #of(plan: Plan): TableReport {
    const table = this.#tables.get(nameOf(plan));
    if (!table) throw new Error(`${nameOf(plan)} was not begun`);
    return table;
  }
}

const nameOf = ({ table }: Plan) => `${table.database}.${table.name}`;
