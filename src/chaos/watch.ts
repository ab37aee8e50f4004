/** Looks, from the rows, how far a run has come. */
import { workflowEnds } from '../../entities/workflows/workflow-states.ts';
import type { PostgresServer } from './postgres.ts';

export type Progress = {
  /** Workflows by state. */
  states: Record<string, number>;
  over: number;
  unpublished: number;
};

/** Null where the server does not answer just now. */
export async function readProgress(postgres: PostgresServer): Promise<Progress | null> {
  return postgres
    .ask(async (client) => {
      const { rows } = await client.query<{ status: string; count: number }>(
        'select status, count(*)::int as count from workflow_executions group by status',
      );
      const { rows: outbox } = await client.query<{ count: number }>(
        'select count(*)::int as count from outbox where published_at is null',
      );
      const states = Object.fromEntries(rows.map(({ status, count }) => [status, count]));
      const over = workflowEnds.reduce((sum, state) => sum + (states[state] ?? 0), 0);
      return { states, over, unpublished: outbox[0]?.count ?? 0 };
    })
    .catch(() => null);
}
