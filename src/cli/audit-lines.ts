/** What `gsw audit` says, wherever it has it from. */
import { CliFailure } from './failure.ts';

type Entry = {
  occurredAt: string;
  actor: { kind: string; name: string };
  action: string;
  subjectType: string;
  subjectId: string | null;
};

type Verdict = {
  entries: number;
  base: { sequence: number } | null;
  head: { sequence: number; hash: string } | null;
  faults: readonly { sequence: number | null; problem: string }[];
};

export const entryLine = ({ occurredAt, actor, action, subjectType, subjectId }: Entry): string =>
  `${occurredAt}  ${actor.kind} ${actor.name}  ${action}  ${`${subjectType} ${subjectId ?? ''}`.trim()}`;

/** @param name of the organisation */
export function verdictLines(name: string, { entries, base, head, faults }: Verdict): string[] {
  const isSound = faults.length === 0;
  const noted = isSound && head ? `, head ${head.sequence}:${head.hash}` : '';
  const before = base ? ` (those up to ${base.sequence} were pruned)` : '';
  return [
    `${isSound ? '✓' : '✗'} ${name}: ${entries} entries${before}${noted}`,
    ...faults.map(({ sequence, problem }) =>
      sequence === null ? `  ${problem}` : `  entry ${sequence} ${problem}`,
    ),
  ];
}

/** For exit code 1. */
export const brokenLogs = (broken: number): CliFailure =>
  new CliFailure(
    `The audit log of ${broken} ${broken === 1 ? 'organisation is' : 'organisations are'} not as it was written. Compare with an export or a backup before anything else is done.`,
  );
