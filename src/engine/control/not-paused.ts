import { raw } from '@mikro-orm/postgresql';

/** For conditions on stages: those of paused workflows are left alone until somebody resumes them. */
export const notPaused = () => ({
  [raw(
    (alias) =>
      `not exists (select from workflow_executions w where w.id = ${alias}.workflow_execution_id and w.paused_at is not null)`,
  )]: [],
});
