/**
 * What rows and workers of different versions make of each other. A row remembers the version of the definition that it
 * was made for. A worker whose code is older, or lacks it, cannot know what is right: it puts the job back for another
 * worker and says so in the row, so that versions may run side by side while a deployment rolls on.
 */
import type { Operation } from '../../entities/workflows/operation.ts';
import type { OperationDefinition, Service } from './define.ts';
import { hashOf } from './derive.ts';
import { type Engine, ledgerOf } from './engine.ts';
import { WaitForPeople } from './errors.ts';
import type { RowJobData } from './jobs.ts';

/** Between two looks of a worker that knows too little, milliseconds; workers that know more come by meanwhile. */
const pause = { least: 500, most: 2_500 };

/** This worker does not know what to do; another may. Waits without a ceiling: a deployment, or a person, ends it. */
export class NotKnownHere extends WaitForPeople {
  constructor(reason: string) {
    super(pause.least + Math.random() * (pause.most - pause.least), reason);
  }
}

type Named = { name: string; version?: number };

/** @param kind what it is, in words. @param version of the row that asks for it */
export function knownIn<T extends Named>(
  kind: string,
  definitions: readonly T[],
  name: string,
  version: number,
): T {
  const found = definitions.find((definition) => definition.name === name);
  if (!found) throw new NotKnownHere(`a worker that knows the ${kind} "${name}"`);
  expectVersion(kind, found, version);
  return found;
}

/** Throws {@link NotKnownHere} where the row is newer than the definition. */
export function expectVersion(kind: string, { name, version: ours = 1 }: Named, version: number): void {
  if (version <= ours) return;
  throw new NotKnownHere(`a worker that knows version ${version} of the ${kind} "${name}", not just ${ours}`);
}

/**
 * Whether a wish is the one that a row was written for. A row of an older version counts with what its definition puts
 * in for fields that have come since. Throws {@link NotKnownHere} where the row is newer than the wish.
 */
export function isRemembered(row: Operation, operation: OperationDefinition, input: object): boolean {
  if (row.operationType !== operation.name) return false;
  if (row.inputHash === hashOf(input)) return true;
  expectVersion('operation', operation, row.definitionVersion);
  const then = operation.input.safeParse(row.input);
  return then.success && hashOf(then.data) === hashOf(input);
}

/** What a finished operation gave; fields that have come since are put in as its definition says. */
export function receiptOf(row: Operation, operation: OperationDefinition | undefined): object {
  const receipt = operation?.output.safeParse(row.output);
  return receipt?.success ? receipt.data : (row.output as object);
}

/** For an operation that this worker cannot even claim: says in its row what it waits for. */
export async function notePutBack(
  engine: Engine,
  service: Service,
  { organizationId, rowId: id, incarnation }: RowJobData,
  { message: waitingOn, until: waitingUntil }: NotKnownHere,
): Promise<void> {
  const db = engine.databases.inOrganization(organizationId);
  await db.workflows((em) =>
    em.nativeUpdate(
      ledgerOf[service],
      { id, incarnation, status: ['intended', 'unknown'] },
      { waitingOn, waitingUntil },
    ),
  );
}
