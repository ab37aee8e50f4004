/** `/v1/limits`: how much of the installation an organisation may take up. */
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { Organization } from '../../entities/projects/organization.ts';
import { OrganizationLimits, weightRange } from '../../entities/workflows/organization-limits.ts';
import { admitSoon } from '../engine/admission/admit-soon.ts';
import { deriveId } from '../engine/derive.ts';
import type { Engine } from '../engine/engine.ts';
import { allows } from './allows.ts';
import { byOf, callerOf } from './authenticate.ts';
import { limitsView } from './limits-view.ts';
import { Problem } from './problem.ts';
import { bodyOf, queryOf } from './validate.ts';

type App = Pick<Engine, 'config' | 'databases' | 'queues' | 'logger'>;

const atMost = 1_000_000;
const limit = z
  .int('This should be a whole number, or null for what the settings say.')
  .min(1, 'This should be 1 or more.')
  .max(atMost, `This may be at most ${atMost}.`)
  .nullable()
  .exactOptional();

/** What is left out stays as it is; null: as the settings say. */
const limitsRequest = z.strictObject(
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
  { error: (issue) => (issue.code === 'invalid_type' ? 'The body should be one JSON object.' : undefined) },
);

const limitsQuery = z.strictObject({ organization: z.string().min(1).max(100).optional() });

/** Behind `authenticate` and a JSON parser. */
export function limitsRoutes(engine: App): Router {
  const router = Router();
  const view = (organizationId: string) =>
    engine.databases
      .inOrganization(organizationId)
      .workflows((em) => limitsView(em, organizationId, engine.config.limits));

  router
    .route('/')
    .get(async (req, res) => void res.json(await view(await organizationOf(engine, req, res))))
    .put(async (req, res) => {
      const caller = callerOf(res);
      if (caller.role !== 'admin' || !caller.isOperator) {
        throw new Problem(
          'forbidden',
          'What an organisation may take up is for the installation to say: use an admin key of the default organisation.',
        );
      }
      const organizationId = await organizationOf(engine, req, res);
      const wanted = bodyOf(req, limitsRequest);
      await engine.databases.inOrganization(organizationId, byOf(res)).workflows(async (em) => {
        const id = deriveId('organization-limits', organizationId);
        await em.upsert(
          OrganizationLimits,
          { id, organizationId },
          { onConflictFields: ['organizationId'], onConflictAction: 'ignore' },
        );
        em.assign(await em.findOneOrFail(OrganizationLimits, { organizationId }), wanted);
      });
      admitSoon(engine);
      res.json(await view(organizationId));
    })
    .all(allows('GET, PUT'));
  return router;
}

/** The caller's own, or the one that an operator names. */
async function organizationOf(engine: App, req: Request, res: Response): Promise<string> {
  const caller = callerOf(res);
  const { organization: slug } = queryOf(req, limitsQuery);
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
