/** Creating with an id that we chose, so that no attempt doubles an earlier one. */
import { RetryLater } from '../../engine/errors.ts';

/**
 * Creates, or adopts what an earlier attempt created. Linear does not document how it answers a repeated id, so
 * whatever the create threw, the entity itself is asked for; only a rate limit is believed at once. Throws the
 * create's failure where nothing is found, and the look-up's where that cannot tell.
 */
export async function createOnce<Result>(
  create: () => Promise<Result>,
  find: () => Promise<Result | null>,
): Promise<Result> {
  try {
    return await create();
  } catch (error) {
    if (error instanceof RetryLater) throw error;
    // A rejected key is rejected here again, with the same sentence.
    const found = await find();
    if (found === null) throw error;
    return found;
  }
}

/** The entity in a mutation's answer. Throws where Linear says neither "done" nor why not. */
export function entityIn<Field extends string, Entity>(
  answer: { success: boolean } & Record<Field, Entity | null>,
  field: Field,
): Entity {
  const entity: Entity | null = answer[field];
  if (!answer.success || !entity) throw new Error(`Linear did not confirm the change of the ${field}.`);
  return entity;
}
