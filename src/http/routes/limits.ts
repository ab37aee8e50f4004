/** `/v1/limits`: how much of the installation an organisation may take up. */
import { z } from 'zod';
import { Organization } from '../../../entities/projects/organization.ts';
import { OrganizationLimits, weightRange } from '../../../entities/workflows/organization-limits.ts';
import { admitSoon } from '../../engine/admission/admit-soon.ts';
import { deriveId } from '../../engine/derive.ts';
import { Problem } from '../problem.ts';
import { oneObject, text } from '../requests/texts.ts';
import { type Asked, defineRoute, type RouteEngine } from '../route.ts';
import { limitsSchema, limitsView } from '../views/limits-view.ts';

const atMost = 1_000_000;
const limit = z
  .int('This should be a whole number, or null for what the settings say.')
  .min(1, 'This should be 1 or more.')
  .max(atMost, `This may be at most ${atMost}.`)
  .nullable()
  .exactOptional();

/** What is left out stays as it is; null: as the settings say. */
const limitsRequest = z
  .strictObject(
    {
      maxRunningWorkflows: limit,
      maxRunningSteps: limit,
      maxQueuedWorkflows: limit,
      weight: z
        .int('This should be a whole number, or null for what the settings say.')
        .min(weightRange.min, `The weight is ${weightRange.min} to ${weightRange.max}.`)
        .max(weightRange.max, `The weight is ${weightRange.min} to ${weightRange.max}.`)
        .nullable()
        .exactOptional(),
    },
    oneObject,
  )
  .meta({ id: 'LimitsRequest' });

const limitsQuery = z.strictObject({
  organization: text(100)
    .min(1)
    .optional()
    .describe('The slug of another organisation, for keys of the default one.'),
});

type Query = z.output<typeof limitsQuery>;

const get = defineRoute({
  method: 'get',
  path: '/v1/limits',
  name: 'getLimits',
  tag: 'limits',
  summary: 'Read the limits of an organisation, and how much of them is used',
  query: limitsQuery,
  answer: limitsSchema,
  handle: async (asked) => view(asked.engine, await organizationOf(asked)),
});

const set = defineRoute({
  method: 'put',
  path: '/v1/limits',
  name: 'setLimits',
  tag: 'limits',
  summary: 'Change the limits of an organisation',
  description:
    'For admin keys of the default organisation. What is left out stays; null: as the settings say.',
  role: 'admin',
  query: limitsQuery,
  body: limitsRequest,
  answer: limitsSchema,
  handle: async (asked) => {
    const { caller, engine, by, body } = asked;
    if (!caller.isOperator) {
      throw new Problem(
        'forbidden',
        'What an organisation may take up is for the installation to say: use an admin key of the default organisation.',
      );
    }
    const organizationId = await organizationOf(asked);
    await engine.databases.inOrganization(organizationId, by).workflows(async (em) => {
      const id = deriveId('organization-limits', organizationId);
      await em.upsert(
        OrganizationLimits,
        { id, organizationId },
        { onConflictFields: ['organizationId'], onConflictAction: 'ignore' },
      );
      em.assign(await em.findOneOrFail(OrganizationLimits, { organizationId }), body);
    });
    admitSoon(engine);
    return view(engine, organizationId);
  },
});

const view = (engine: RouteEngine, organizationId: string) =>
  engine.databases
    .inOrganization(organizationId)
    .workflows((em) => limitsView(em, organizationId, engine.config.limits));

/** The caller's own, or the one that an operator names. */
async function organizationOf({ engine, caller, query }: Asked<Query, unknown>): Promise<string> {
  const { organization: slug } = query;
  if (slug === undefined) return caller.organizationId;
  const found = caller.isOperator
    ? await engine.databases.maintenance.projects((em) => em.findOne(Organization, { slug }))
    : null;
  if (found) return found.id;
  throw new Problem(
    'not-found',
    caller.isOperator
      ? `There is no organisation called "${slug}".`
      : 'Only keys of the default organisation may name another one; leave it out to see your own.',
  );
}

export const limitsRoutes = [get, set];
