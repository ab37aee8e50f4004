/**
 * The clockwork of recovery, milliseconds: why these, docs/adr/0020. A dead worker's job is taken up again after `lockMs`
 * and `stalledCheckMs` at the latest. None of them keeps an effect from being repeated (the ledger does); one that is
 * too short for a busy worker costs work done in vain.
 */
export const timings = {
  /** How long a worker's hold on a job, or its claim on an operation, stands without being renewed. */
  lockMs: 3_000,
  /** How often such holds and claims are renewed; both bear a worker that stands still for the rest of `lockMs`. */
  renewalMs: 700,
  /** How soon the job of an operation that another worker holds looks again, at the latest. */
  claimCheckMs: 500,
  /** How often BullMQ looks for jobs whose worker died. */
  stalledCheckMs: 700,
  /** How long a durable function runs, having written nothing, before its row says that it does. */
  shownAfterMs: 250,
  /** How long events of an organisation gather before the other databases hear of them. */
  projectionLagMs: 100,
  /** How often a worker looks whether the queue as a whole was lost. */
  epochCheckMs: 500,
  /** How often some worker compares all open rows with the queue. */
  reconcileMs: 1_500,
  /** How often a worker looks for what has become due: timeouts, deadlines, starts, schedules. */
  timekeepingMs: 1_000,
  /** Rows younger than this are left alone: their job may be on its way. */
  reconcileAgeMs: 2_500,
  /** Between two awaits on the outside a durable function runs for moments; one that has run for so long hangs. */
  stuckMs: 5 * 60_000,
  /** How often a worker asks whether there is work that it should have taken. */
  fetchCheckMs: 2_000,
  /** A fetch loop that takes nothing for so long, though there is work and room, stands still. */
  wedgedMs: 15_000,
  /** How often the audit log hears of what was changed. */
  relayMs: 3_000,
  /** How often work that waits for a credential looks for one, in case it was not woken. */
  credentialCheckMs: 15_000,
};
