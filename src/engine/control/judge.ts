/** Whether what an earlier attempt of a workflow did still stands in a later one. */
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Operation } from '../../../entities/workflows/operation.ts';
import type { OperationRequest } from '../define.ts';
import { ledgerOf } from '../engine.ts';
import type { Performer } from '../ledger.ts';
import { serviceOf } from '../service-of.ts';
import { isRemembered } from '../versions.ts';

/**
 * - `stands`: its receipt is given, or what is in flight is waited for;
 * - `revive`: it failed, or is not over yet, and is taken up under its id, with all its attempts;
 * - `replace`: another row takes its place, which looks for the effect before it acts;
 * - `contradicts`: the code asked for something else in this very attempt.
 */
export type Judgement = 'stands' | 'revive' | 'replace' | 'contradicts';

export function judge(row: Operation, { operation, input }: OperationRequest, attempt: number): Judgement {
  const sameKind = row.operationType === operation.name;
  const same = isRemembered(row, operation, input);
  if (row.attempt >= attempt) return same ? 'stands' : 'contradicts';
  if (row.status === 'succeeded') {
    if (!sameKind || operation.looks === 'anew') return 'replace';
    if (operation.worked && !operation.worked(row.output as object)) return 'replace';
    return same || operation.sameEffect?.(row.input, input) ? 'stands' : 'replace';
  }
  return same ? 'revive' : 'replace';
}

/** Makes an earlier attempt's operation one of this attempt; null, and the operation superseded, where it cannot be. */
export async function takeUp(
  em: EntityManager,
  earlier: Operation,
  judgement: Judgement | 'unseen',
  { attempt, stageExecutionId }: Performer,
): Promise<Operation | null> {
  const table = ledgerOf[serviceOf(earlier)];
  const operation: Operation = await em.findOneOrFail(table, earlier.id, { refresh: true });
  if (judgement !== 'revive') {
    operation.supersede();
    await em.flush();
    return null;
  }
  // a twin of this job may have been here before
  if (operation.attempt < attempt) {
    if (operation.isOver()) operation.revive(attempt);
    else operation.goOn(attempt);
  }
  operation.workflowStageExecutionId = stageExecutionId;
  return operation;
}
