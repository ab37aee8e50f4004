/** How much of the installation an organisation may take up, and how much it does. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { OrganizationLimits } from '../../../entities/workflows/organization-limits.ts';
import { holdsPlace, standsInLine } from '../../../entities/workflows/workflow-execution.ts';
import type { Config } from '../../config.ts';
import { settledLimits } from '../../engine/admission/limits-of.ts';
import { runningStep } from '../../engine/admission/step-places.ts';

const ownSchema = z.object({
  maxRunningWorkflows: z.int().nullable(),
  maxRunningSteps: z.int().nullable(),
  maxQueuedWorkflows: z.int().nullable(),
  weight: z.int().nullable(),
});

export const limitsSchema = z
  .object({
    limits: z
      .object({
        maxRunningWorkflows: z.int().nullable(),
        maxRunningSteps: z.int().nullable(),
        maxQueuedWorkflows: z.int().nullable(),
        weight: z.int(),
      })
      .describe(
        'In force: the organisation’s own, else the settings’. Null: no limit but the installation’s.',
      ),
    own: ownSchema.describe('Set for this organisation; null where the settings count.'),
    use: z.object({
      runningWorkflows: z.int().describe('Those that hold a place.'),
      queuedWorkflows: z.int().describe('Those in line for one.'),
      waitingForPeople: z.int().describe('Those that wait for a person; they hold no place.'),
      runningSteps: z.int(),
    }),
    installation: z.object({ maxRunningWorkflows: z.int() }).describe('Of all organisations together.'),
  })
  .meta({ id: 'Limits' });

export type LimitsView = z.infer<typeof limitsSchema>;

export async function limitsView(
  em: EntityManager,
  organizationId: string,
  { maxRunningWorkflows, organization: defaults }: Config['limits'],
): Promise<LimitsView> {
  const own = await em.findOne(OrganizationLimits, { organizationId });
  const [use] = await em.execute<LimitsView['use'][]>(
    `select count(*) filter (where ${holdsPlace})::int as "runningWorkflows",
            count(*) filter (where ${standsInLine})::int as "queuedWorkflows",
            count(*) filter (where status = 'waiting' and awaits_people_since is not null)::int as "waitingForPeople",
            (select count(*)::int from workflow_step_executions where organization_id = ? and ${runningStep}) as "runningSteps"
       from workflow_executions where organization_id = ? and status in ('queued', 'running', 'waiting')`,
    [organizationId, organizationId],
  );
  return {
    limits: settledLimits(own, defaults),
    own: {
      maxRunningWorkflows: own?.maxRunningWorkflows ?? null,
      maxRunningSteps: own?.maxRunningSteps ?? null,
      maxQueuedWorkflows: own?.maxQueuedWorkflows ?? null,
      weight: own?.weight ?? null,
    },
    use: use as LimitsView['use'],
    installation: { maxRunningWorkflows },
  };
}
