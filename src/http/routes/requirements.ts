/** What was asked for: the versions of a project's requirements, those of a workflow, and what they differ in. */
import { z } from 'zod';
import { GithubProject } from '../../../entities/task/github-project.ts';
import { RequirementDocument } from '../../../entities/task/requirement-document.ts';
import { noProject } from '../../projects/change-project.ts';
import { expectWorkflow } from '../expect-workflow.ts';
import { linked, noCursor, pageOf, pageQuery, pageSchema } from '../pages.ts';
import { Problem } from '../problem.ts';
import { requirementDiff, requirementDiffSchema } from '../requirement-diff.ts';
import { defineRoute } from '../route.ts';
import { requirementDetailSchema, requirementSchema, requirementView } from '../views/requirement-view.ts';

const newestFirst = { orderBy: { version: 'desc' }, exclude: ['content'] } as const;

const ofProject = defineRoute({
  method: 'get',
  path: '/v1/projects/:id/requirements',
  name: 'listProjectRequirements',
  tag: 'requirements',
  summary: 'List the versions of a project’s requirements, newest first, without their texts',
  ids: { id: 'project' },
  query: z.strictObject(pageQuery),
  answer: pageSchema(requirementSchema).meta({ id: 'RequirementPage' }),
  handle: async ({ db, id, query: { limit, cursor }, req, res }) => {
    if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) throw noCursor();
    const rows = await db.task(async (em) => {
      if (!(await em.findOne(GithubProject, id(), { fields: ['id'] }))) throw noProject(id());
      const before = cursor === undefined ? {} : { version: { $lt: Number(cursor) } };
      const where = { githubProjectId: id(), ...before };
      return em.find(RequirementDocument, where, { ...newestFirst, limit: limit + 1 });
    });
    const page = pageOf(rows, limit, requirementView, ({ version }) => String(version));
    return linked(req, res, page);
  },
});

const ofWorkflow = defineRoute({
  method: 'get',
  path: '/v1/workflows/:id/requirements',
  name: 'listWorkflowRequirements',
  tag: 'requirements',
  summary:
    'List the requirements of a workflow: what it works by now, and what that goes on with, newest first',
  description: 'Versions that it was given before, and those of workflows whose work it goes on with.',
  ids: { id: 'workflow' },
  answer: z.object({ items: z.array(requirementSchema) }).meta({ id: 'RequirementList' }),
  handle: async ({ db, id }) => {
    await expectWorkflow(db, id());
    const rows = await db.task(async (em) => {
      const chain = await em.execute<{ id: string }[]>(
        `with recursive chain as (
           select id, follows_id from requirement_documents where workflow_id = ?
           union
           select d.id, d.follows_id from requirement_documents d join chain on d.id = chain.follows_id)
         select id from chain limit ${longestChain}`,
        [id()],
      );
      return em.find(RequirementDocument, { id: chain.map((one) => one.id) }, newestFirst);
    });
    return { items: rows.map(requirementView) };
  },
});

const longestChain = 100;

const get = defineRoute({
  method: 'get',
  path: '/v1/requirements/:id',
  name: 'getRequirement',
  tag: 'requirements',
  summary: 'Read one version',
  ids: { id: 'version of requirements' },
  answer: requirementDetailSchema,
  handle: async ({ db, id }) => {
    const found = await db.task((em) => em.findOne(RequirementDocument, { id: id() }));
    if (!found) throw noVersion(id());
    return { ...requirementView(found), content: found.content };
  },
});

const diff = defineRoute({
  method: 'get',
  path: '/v1/requirements/:id/diff',
  name: 'diffRequirements',
  tag: 'requirements',
  summary: 'See what is different in a version',
  ids: { id: 'version of requirements' },
  query: z.strictObject({
    from: z
      .uuid('This should be the id of a version.')
      .optional()
      .describe('The version to compare with, also of another project; the one before where it is left out.'),
  }),
  answer: requirementDiffSchema,
  handle: async ({ db, id, query }) => {
    const [from, to] = await db.task(async (em) => {
      const to = await em.findOne(RequirementDocument, { id: id() });
      if (!to) throw noVersion(id());
      const where = query.from
        ? { id: query.from }
        : { githubProjectId: to.githubProjectId, version: { $lt: to.version } };
      const from = await em.findOne(RequirementDocument, where, { orderBy: { version: 'desc' } });
      if (query.from && !from) {
        const message = `There is no version ${query.from}.`;
        throw new Problem('invalid', message, { errors: [{ pointer: '?from', message }] });
      }
      return [from, to] as const;
    });
    return requirementDiff(from, to);
  },
});

const noVersion = (id: string) => new Problem('not-found', `There are no requirements ${id}.`);

export const requirementRoutes = [ofProject, ofWorkflow, get, diff];
