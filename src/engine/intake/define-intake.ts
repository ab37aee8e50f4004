/** The shape of what may be put into the queue `intake` by anybody's BullMQ client. */
import type { EnqueueRequest } from '../enqueue.ts';

export type Asked = Omit<EnqueueRequest, 'organizationId' | 'idempotencyKey' | 'createdBy' | 'requestedBy'>;

export type IntakeDefinition = {
  /** Name of the job: verb and noun. */
  name: string;
  /** Reads the signed body; throws an error that says what is wrong with it, and where. */
  read(body: unknown): Asked;
};

/** Declares a kind of job that others may add. */
export const defineIntake = (definition: IntakeDefinition): IntakeDefinition => definition;
