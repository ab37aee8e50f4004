/** Which template a workflow is made from; and the built-in one, which follows the stages that the program has. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { type TemplateStage, WorkflowTemplate } from '../../entities/workflows/workflow-template.ts';
import { literally } from '../databases/like.ts';
import type { Catalogue } from './define.ts';
import { deriveId, hashOf } from './derive.ts';
import { milliseconds } from './duration.ts';
import { Refusal } from './refusal.ts';

/** PostgreSQL advisory lock: `gsw` in ASCII, then 3; and the organisation. */
const lockKey = 0x67737703;

const builtInName = 'GitHub project';

type Stages = Pick<Catalogue, 'stages'>;

/**
 * The latest revision of the named template, or the organisation's default; the built-in one is seeded where there is
 * no default yet, and renewed where the program's stages have changed since.
 * Throws a {@link Refusal} where there is no such template, or it has a stage that the program has not.
 */
export async function templateFor(
  em: EntityManager,
  catalogue: Stages,
  organizationId: string,
  name?: string,
): Promise<WorkflowTemplate> {
  const found = name === undefined ? await defaultTemplate(em) : await latest(em, name);
  if (!found && name !== undefined) {
    throw new Refusal('invalid', `There is no workflow template "${name}"; leave it out for the default.`);
  }
  const template = !found || found.isBuiltIn ? await seedTemplate(em, catalogue, organizationId) : found;
  const offered = catalogue.stages.filter((stage) => !stage.retired);
  const unknown = template.stages.find(({ name }) => !offered.some((stage) => stage.name === name));
  if (unknown || template.stages.length === 0) {
    const wrong = unknown ? `the stage "${unknown.name}", which this version has not` : 'no stage';
    throw new Refusal(
      'conflict',
      `Revision ${template.revision} of the workflow template "${template.name}" has ${wrong}; add a revision that has other stages.`,
    );
  }
  return template;
}

/** Adds the built-in template where it is missing or has other stages; makes it the default where nothing else is. */
export async function seedTemplate(
  em: EntityManager,
  catalogue: Stages,
  organizationId: string,
): Promise<WorkflowTemplate> {
  const stages = stagesOf(catalogue);
  // the same stages are the same revision, also where two versions of the program take turns in an update
  const id = deriveId('workflow-template', organizationId, hashOf(stages));
  const seeded = await em.findOne(WorkflowTemplate, { id });
  if (seeded?.isDefault) return seeded;
  // one process at a time, or two would add the same revision
  await em.execute('select pg_advisory_xact_lock(?, hashtext(?))', [lockKey, organizationId]);
  await em.nativeUpdate(WorkflowTemplate, { isDefault: true, isBuiltIn: true }, { isDefault: false });
  const isDefault = (await em.count(WorkflowTemplate, { isDefault: true })) === 0;
  const known = await em.findOne(WorkflowTemplate, { id }, { refresh: true });
  const template =
    known ??
    em.create(WorkflowTemplate, {
      id,
      organizationId,
      name: builtInName,
      revision: 1 + ((await latest(em, builtInName, {}))?.revision ?? 0),
      description: 'From a requirement to merged code.',
      stages,
      isBuiltIn: true,
      createdBy: 'graph-sitter-workflows',
    });
  template.isDefault = isDefault;
  if (isDefault) template.archivedAt = null;
  await em.persist(template).flush();
  return template;
}

const stagesOf = ({ stages }: Stages): TemplateStage[] =>
  stages
    .filter((stage) => !stage.retired)
    .map(({ name, timeout }) => ({ name, ...(timeout ? { timeoutMs: milliseconds(timeout) } : {}) }));

const defaultTemplate = (em: EntityManager) => em.findOne(WorkflowTemplate, { isDefault: true });

const latest = (em: EntityManager, name: string, archived: { archivedAt?: null } = { archivedAt: null }) =>
  em.findOne(
    WorkflowTemplate,
    // it may be written in capitals or not
    { name: { $ilike: literally(name) }, ...archived },
    { orderBy: { revision: 'desc' } },
  );
