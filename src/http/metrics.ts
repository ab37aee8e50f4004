/** How it goes in an organisation: what there is now, and what a span of time came to. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { workflowStates } from '../../entities/workflows/workflow-states.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { services } from '../engine/engine.ts';
import { time } from './times.ts';

const durations = {
  p50Ms: z.number().nullable().describe('Half of them took no longer; null where there is none.'),
  p95Ms: z.number().nullable(),
};

export const metricsSchema = z
  .object({
    from: time,
    to: time.describe('Not included.'),
    workflows: z
      .object(
        Object.fromEntries(workflowStates.map((state) => [state, z.int()])) as Record<
          (typeof workflowStates)[number],
          z.ZodInt
        >,
      )
      .describe('How many are in each state now, whenever they were put in.'),
    completed: z
      .object({ count: z.int(), ...durations })
      .describe('Workflows that were completed in this time, and how long they took, waiting included.'),
    stages: z
      .array(z.object({ stage: z.string(), count: z.int(), ...durations }))
      .describe('Stages that were completed in this time.'),
    operations: z
      .array(
        z.object({
          service: z.enum(services),
          type: z.string(),
          succeeded: z.int(),
          failed: z.int(),
          cancelled: z.int(),
          ...durations,
        }),
      )
      .describe('Those that ended in this time; durations of what succeeded.'),
  })
  .meta({ id: 'Metrics', description: 'What has happened is counted a moment later.' });

type Metrics = z.infer<typeof metricsSchema>;
type Span = { from: Date; to: Date };

export async function metricsOf(db: OrganizationDatabases, span: Span): Promise<Metrics> {
  const workflows = await db.workflows(byState);
  const measured = await db.analytics(
    async (em) => ({
      completed: await completedIn(em, span),
      stages: await stagesIn(em, span),
      operations: await operationsIn(em, span),
    }),
    { readOnly: true },
  );
  return { from: span.from.toISOString(), to: span.to.toISOString(), workflows, ...measured };
}

async function byState(em: EntityManager): Promise<Metrics['workflows']> {
  const rows = await em.execute<{ status: keyof Metrics['workflows']; count: number }[]>(
    'select status, count(*)::int as count from workflow_executions group by status',
  );
  const countOf = new Map(rows.map(({ status, count }) => [status, count]));
  return Object.fromEntries(
    workflowStates.map((state) => [state, countOf.get(state) ?? 0]),
  ) as Metrics['workflows'];
}

/** @param wanted which of the values are asked about; all where it says nothing */
const percentiles = (wanted = 'true') =>
  ([50, 95] as const)
    .map(
      (at) =>
        `percentile_cont(${at / 100}) within group (order by metric_value::float8) filter (where ${wanted}) as "p${at}Ms"`,
    )
    .join(', ');

const inSpan = 'metric_name = ? and measured_at >= ? and measured_at < ?';

async function completedIn(em: EntityManager, { from, to }: Span): Promise<Metrics['completed']> {
  const [row] = await em.execute<[Metrics['completed']]>(
    `select count(*)::int as count, ${percentiles()} from metrics where ${inSpan}`,
    ['workflow_duration', from, to],
  );
  return row;
}

const stagesIn = (em: EntityManager, { from, to }: Span): Promise<Metrics['stages']> =>
  em.execute(
    `select dimensions->>'stage' as stage, count(*)::int as count, ${percentiles()}
       from metrics where ${inSpan} group by 1 order by 1`,
    ['stage_duration', from, to],
  );

const ended = (outcome: string) =>
  `count(*) filter (where dimensions->>'outcome' = '${outcome}')::int as ${outcome}`;

const operationsIn = (em: EntityManager, { from, to }: Span): Promise<Metrics['operations']> =>
  em.execute(
    `select dimensions->>'service' as service, dimensions->>'operation' as type,
            ${['succeeded', 'failed', 'cancelled'].map(ended).join(', ')},
            ${percentiles(`dimensions->>'outcome' = 'succeeded'`)}
       from metrics where ${inSpan} group by 1, 2 order by 1, 2`,
    ['operation_duration', from, to],
  );
