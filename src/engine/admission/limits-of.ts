/** How much of the installation an organisation may take up: its own limits, and the settings for the rest. */
import { OrganizationLimits } from '../../../entities/workflows/organization-limits.ts';

/** How much an organisation may take up, unless its own limits say otherwise; null: no limit. */
export type Limits = {
  maxRunningWorkflows: number | null;
  maxRunningSteps: number | null;
  maxQueuedWorkflows: number;
  weight: number;
};

type OwnLimits = { [Limit in keyof Limits]?: number | null | undefined };

/** @param own null where the organisation has none */
export function settledLimits(own: OwnLimits | null | undefined, defaults: Limits): Limits {
  return {
    maxRunningWorkflows: own?.maxRunningWorkflows ?? defaults.maxRunningWorkflows,
    maxRunningSteps: own?.maxRunningSteps ?? defaults.maxRunningSteps,
    maxQueuedWorkflows: own?.maxQueuedWorkflows ?? defaults.maxQueuedWorkflows,
    weight: own?.weight ?? defaults.weight,
  };
}

type Finder = {
  findOne(entity: typeof OrganizationLimits, where: object): Promise<OrganizationLimits | null>;
};

export async function limitsOf(em: Finder, organizationId: string, defaults: Limits): Promise<Limits> {
  return settledLimits(await em.findOne(OrganizationLimits, { organizationId }), defaults);
}
