export const workflowStates = [
  'queued',
  'running',
  'waiting',
  'paused',
  'completed',
  'failed',
  'cancelled',
] as const;

/** Those of a workflow that is over; one that failed can be tried again. */
export const workflowEnds: readonly (typeof workflowStates)[number][] = ['completed', 'failed', 'cancelled'];

/** The same in SQL, as in `status in ${workflowEndsSql}`. */
export const workflowEndsSql = `(${workflowEnds.map((state) => `'${state}'`).join(', ')})`;

/** In SQL: it goes on, or may be tried again or cancelled. What the earlier system ran never is. @param row its name */
export const undone = (row: string) =>
  `(${row}.status not in ('completed', 'cancelled') and (${row}.status <> 'failed' or not ${row}.is_migrated))`;

/** Which state may follow which. What comes of work that goes on while a workflow is paused is still taken in. */
export const workflowTransitions = {
  // a first stage that takes no time is never seen running
  queued: ['running', 'waiting', 'paused', 'completed', 'failed', 'cancelled'],
  running: ['waiting', 'paused', 'completed', 'failed', 'cancelled'],
  waiting: ['running', 'paused', 'completed', 'failed', 'cancelled'],
  paused: ['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'],
  failed: ['queued', 'running', 'cancelled'],
} as const;
