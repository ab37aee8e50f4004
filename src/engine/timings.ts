/** The clockwork of recovery, milliseconds. A dead worker's job is taken up again after about `lockMs`. */
export const timings = {
  /** How long a worker's hold on a job, or its claim on an operation, stands without being renewed. */
  lockMs: 6_000,
  /** How often claims on operations are renewed. */
  leaseRenewalMs: 1_500,
  /** How soon the job of an operation that another worker holds looks again, at the latest. */
  claimCheckMs: 500,
  /** How often BullMQ looks for jobs whose worker died. */
  stalledCheckMs: 1_500,
  /** How often a worker looks whether the queue as a whole was lost. */
  epochCheckMs: 1_000,
  /** How often a worker compares rows with the queue. */
  reconcileMs: 3_000,
  /** Rows younger than this are left alone: their job may be on its way. */
  reconcileAgeMs: 5_000,
  /** How often work that waits for a credential looks for one, in case it was not woken. */
  credentialCheckMs: 15_000,
};
