/** The clockwork of recovery, milliseconds. A dead worker's job is taken up again after about `lockMs`. */
export const timings = {
  /** How long a worker's hold on a job, or its claim on an operation, stands without being renewed. */
  lockMs: 6_000,
  /** How often claims on operations are renewed. */
  leaseRenewalMs: 1_500,
  /** How often BullMQ looks for jobs whose worker died. */
  stalledCheckMs: 1_500,
  /** How long a durable function runs, having written nothing, before its row says that it does. */
  shownAfterMs: 250,
  /** How long events of an organisation gather before the other databases hear of them. */
  projectionLagMs: 100,
  /** How often a worker looks whether the queue as a whole was lost. */
  epochCheckMs: 1_000,
  /** How often a worker compares rows with the queue. */
  reconcileMs: 3_000,
  /** How often a worker looks for what has become due: timeouts, deadlines, starts, schedules. */
  timekeepingMs: 1_000,
  /** Rows younger than this are left alone: their job may be on its way. */
  reconcileAgeMs: 5_000,
  /** How often work that waits for a credential looks for one, in case it was not woken. */
  credentialCheckMs: 15_000,
};
