/** `/v1/templates`: the texts of an organisation, in versions, with labels that say which of them is used. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { PromptTemplate } from '../../../entities/prompts/prompt-template.ts';
import { PromptTemplateLabel } from '../../../entities/prompts/prompt-template-label.ts';
import { PromptTemplateVersion } from '../../../entities/prompts/prompt-template-version.ts';
import { addVersion, moveLabel, templateOf, unknownVariables } from '../../prompts/edit-templates.ts';
import { ensureTemplates } from '../../prompts/ensure-templates.ts';
import { Problem } from '../problem.ts';
import { filledText, text } from '../requests/texts.ts';
import { defineRoute } from '../route.ts';
import { time } from '../times.ts';

const templateSchema = z
  .object({
    id: z.uuid(),
    slug: z.string().describe('What it is asked for by, such as `task-execution`.'),
    name: z.string(),
    stage: z.string().nullable().describe('The stage that uses it; null where any may.'),
    purpose: z.string(),
    description: z.string(),
    variables: z
      .record(z.string(), z.string())
      .describe('What a text may name in double braces, with what each stands for.'),
    labels: z
      .array(z.object({ label: z.string(), version: z.int(), movedBy: z.string(), movedAt: time }))
      .describe('`production` is what workflows use.'),
    latestVersion: z.int(),
  })
  .meta({ id: 'Template' });

const versionSchema = z
  .object({
    id: z.uuid(),
    templateId: z.uuid(),
    version: z.int().describe('From 1.'),
    content: z.string(),
    author: z.string().describe('`shipped` where it came with the program.'),
    changeNote: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: 'TemplateVersion' });

const detailSchema = templateSchema
  .extend({ versions: z.array(versionSchema.omit({ content: true })).describe('The latest first.') })
  .meta({ id: 'TemplateDetail' });

const list = defineRoute({
  method: 'get',
  path: '/v1/templates',
  name: 'listTemplates',
  tag: 'administration',
  summary: 'List the templates of prompts and texts',
  answer: z.object({ items: z.array(templateSchema) }).meta({ id: 'TemplateList' }),
  handle: ({ db, caller }) =>
    db.prompts(async (em) => {
      await ensureTemplates(em, caller.organizationId);
      const templates = await em.find(PromptTemplate, {}, { orderBy: { slug: 'asc' } });
      return { items: (await views(em, templates)).map(({ versions: _, ...view }) => view) };
    }),
});

const get = defineRoute({
  method: 'get',
  path: '/v1/templates/:id',
  name: 'getTemplate',
  tag: 'administration',
  summary: 'Look at a template, its versions and labels',
  ids: { id: 'template' },
  answer: detailSchema,
  handle: ({ db, id }) => db.prompts((em) => detail(em, id())),
});

const getVersion = defineRoute({
  method: 'get',
  path: '/v1/templates/:id/versions/:version',
  name: 'getTemplateVersion',
  tag: 'administration',
  summary: 'Read a version of a template',
  ids: { id: 'template', version: 'version' },
  answer: versionSchema,
  handle: async ({ db, id }) => {
    const which = { id: id('version'), templateId: id() };
    const row = await db.prompts((em) => em.findOne(PromptTemplateVersion, which));
    if (!row) throw new Problem('not-found', `There is no version ${which.id} of template ${id()}.`);
    return versionView(row);
  },
});

const create = defineRoute({
  method: 'post',
  path: '/v1/templates/:id/versions',
  name: 'createTemplateVersion',
  tag: 'administration',
  summary: 'Write another version of a template; it is used once a label is moved to it',
  role: 'admin',
  ids: { id: 'template' },
  creates: '/v1/templates/:id/versions/:version',
  body: z
    .strictObject({
      content: filledText(200_000, 'The text is empty.'),
      changeNote: text(10_000)
        .nullable()
        .default(null)
        .describe('What is different from the version before.'),
    })
    .meta({
      id: 'TemplateVersionRequest',
      examples: [{ content: 'Carry out {{name}}.', changeNote: 'shorter' }],
    }),
  status: 201,
  answer: versionSchema,
  problems: { 409: 'A version has this wording already, or it is still under way.' },
  handle: ({ db, caller, id, newId, body }) =>
    db.prompts(async (em) => {
      const template = await templateOf(em, id());
      const unknown = unknownVariables(body.content, template);
      if (unknown.length > 0) {
        const given = Object.keys(template.variables).join(', ');
        const message = `The text names ${unknown.join(', ')}, which this template is not given; it has: ${given}.`;
        throw new Problem('invalid', message, { errors: [{ pointer: '#/content', message }] });
      }
      const written = { ...body, id: newId, templateId: template.id, author: caller.keyName };
      return versionView(await addVersion(em, caller.organizationId, written));
    }),
});

const move = defineRoute({
  method: 'put',
  path: '/v1/templates/:id/labels',
  name: 'moveTemplateLabel',
  tag: 'administration',
  summary: 'Have a label name a version: `production` is what workflows use',
  description: 'Workflows that have begun keep the texts that were in production then.',
  role: 'admin',
  ids: { id: 'template' },
  body: z
    .strictObject({
      label: z
        .string()
        .max(50)
        .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'This should be a label, such as production or next-week.'),
      version: z.int('This should be the number of a version.').min(1).max(1_000_000),
    })
    .meta({ id: 'TemplateLabelRequest', examples: [{ label: 'production', version: 2 }] }),
  answer: detailSchema,
  handle: ({ db, caller, id, body }) =>
    db.prompts(async (em) => {
      await templateOf(em, id());
      await moveLabel(em, caller.organizationId, { ...body, templateId: id(), by: caller.keyName });
      return detail(em, id());
    }),
});

type Detail = z.input<typeof detailSchema>;

async function detail(em: EntityManager, id: string): Promise<Detail> {
  const [view] = await views(em, [await templateOf(em, id)]);
  return view as Detail;
}

async function views(em: EntityManager, templates: readonly PromptTemplate[]): Promise<Detail[]> {
  const ofThese = { templateId: templates.map(({ id }) => id) };
  const order = { orderBy: { version: 'desc' } } as const;
  const versions = await em.find(PromptTemplateVersion, ofThese, { ...order, exclude: ['content'] });
  const labels = await em.find(PromptTemplateLabel, ofThese, { orderBy: { label: 'asc' } });
  const numberOf = new Map(versions.map(({ id, version }) => [id, version]));
  return templates.map(({ id, slug, name, stage = null, purpose, description, variables }) => {
    const own = versions.filter(({ templateId }) => templateId === id);
    return {
      ...{ id, slug, name, stage, purpose, description, variables },
      labels: labels
        .filter(({ templateId }) => templateId === id)
        .map(({ label, templateVersionId, movedBy, updatedAt }) => ({
          label,
          version: numberOf.get(templateVersionId) ?? 0,
          movedBy,
          movedAt: updatedAt.toISOString(),
        })),
      latestVersion: own[0]?.version ?? 0,
      versions: own.map(headOf),
    };
  });
}

type Head = Pick<
  PromptTemplateVersion,
  'id' | 'templateId' | 'version' | 'author' | 'changeNote' | 'createdAt'
>;

const headOf = ({ id, templateId, version, author, changeNote = null, createdAt }: Head) => ({
  ...{ id, templateId, version, author, changeNote },
  createdAt: createdAt.toISOString(),
});

const versionView = (row: PromptTemplateVersion) => ({ ...headOf(row), content: row.content });

export const templateRoutes = [list, get, getVersion, create, move];
