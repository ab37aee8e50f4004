import type { CheckRunRecord, RepositoryRecord } from './records.ts';
import type { SandboxRepository } from './repository.ts';

/** The suite that a new check run belongs to: each App has one for each commit. */
export function suiteFor(repository: SandboxRepository, sha: string, creator: string): number {
  const sibling = repository.record.checkRuns.find((run) => run.sha === sha && run.creator === creator);
  return sibling?.suite ?? repository.nextId();
}

/** Of a commit's check runs, the last one of each name in each suite. */
export function latestRuns({ checkRuns }: RepositoryRecord, sha: string): CheckRunRecord[] {
  const runs = checkRuns.filter((run) => run.sha === sha);
  return [...new Map(runs.map((run) => [`${run.suite} ${run.name}`, run])).values()];
}
