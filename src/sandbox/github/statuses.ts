import type { StatusRecord } from './records.ts';
import { now, type SandboxRepository } from './repository.ts';

/** Adds a commit status at the current time; of those with one context the latest counts. */
export function postStatus(
  repository: SandboxRepository,
  status: Omit<StatusRecord, 'id' | 'createdAt'>,
): StatusRecord {
  const record = { ...status, id: repository.nextId(), createdAt: now() };
  repository.record.statuses.push(record);
  repository.save();
  return record;
}

/** All statuses of a commit, oldest first. */
export function statusesOf({ record }: SandboxRepository, sha: string): StatusRecord[] {
  return record.statuses.filter((status) => status.sha === sha);
}
