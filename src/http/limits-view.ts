/** How much of the installation an organisation may take up, and how much it does. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { OrganizationLimits } from '../../entities/workflows/organization-limits.ts';
import { holdsPlace, standsInLine } from '../../entities/workflows/workflow-execution.ts';
import type { Config } from '../config.ts';
import { type Limits, settledLimits } from '../engine/admission/limits-of.ts';
import { runningStep } from '../engine/admission/step-places.ts';

export type OwnLimits = { [Limit in keyof Limits]: number | null };

export type LimitsView = {
  /** In force: the organisation's own, else the settings'. Null: no limit but the installation's. */
  limits: Limits;
  /** Set for this organisation; null where the settings count. */
  own: OwnLimits;
  use: {
    /** Those that hold a place. */
    runningWorkflows: number;
    /** Those in line for one. */
    queuedWorkflows: number;
    /** Those that wait for a person; they hold no place. */
    waitingForPeople: number;
    runningSteps: number;
  };
  /** Of all organisations together. */
  installation: { maxRunningWorkflows: number };
};

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
