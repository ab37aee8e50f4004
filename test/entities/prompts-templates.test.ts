import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PromptTemplate } from '../../entities/prompts/prompt-template.ts';
import { PromptTemplateLabel } from '../../entities/prompts/prompt-template-label.ts';
import { PromptTemplateLabelMove } from '../../entities/prompts/prompt-template-label-move.ts';
import { PromptTemplateVersion } from '../../entities/prompts/prompt-template-version.ts';
import { stages } from '../../jobs/workflow.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import type { Transaction } from '../../src/databases/tenancy.ts';
import { sha256 } from '../../src/engine/derive.ts';
import { chooseVersion, versionInProduction } from '../../src/prompts/choose-version.ts';
import { ensureTemplates } from '../../src/prompts/ensure-templates.ts';
import { render } from '../../src/prompts/render.ts';
import { shippedTemplates } from '../../src/prompts/templates.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let databases: Databases;
let organizationId: string;
let prompts: Transaction;

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
  organizationId = randomUUID();
  prompts = databases.inOrganization(organizationId).prompts;
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

const slug = 'pr-repair';

const reworded = (content: string) =>
  prompts(async (em) => {
    const { id: templateId } = await em.findOneOrFail(PromptTemplate, { slug });
    const version = (await em.count(PromptTemplateVersion, { templateId })) + 1;
    const row = { organizationId, templateId, version, content, contentHash: sha256(content), author: 'Ada' };
    const added = em.create(PromptTemplateVersion, { id: randomUUID(), ...row });
    await em.persist(added).flush();
    return added.id;
  });

const labelled = (templateVersionId: string, by: string) =>
  prompts(async (em) => {
    const { id: templateId } = await em.findOneOrFail(PromptTemplate, { slug });
    const label = await em.findOneOrFail(PromptTemplateLabel, { templateId, label: 'production' });
    label.moveTo(templateVersionId, by);
    await em.flush();
  });

const inUse = () => prompts(async (em) => (await chooseVersion(em, organizationId, slug, 'any')).version);

describe('the shipped templates', () => {
  it('are all there and in production after one call, once, however many make it at a time', async () => {
    await Promise.all([1, 2, 3].map(() => prompts((em) => ensureTemplates(em, organizationId))));
    await prompts((em) => ensureTemplates(em, organizationId));
    const count = shippedTemplates.size;
    expect(await prompts((em) => em.count(PromptTemplate, {}))).toBe(count);
    expect(await prompts((em) => em.count(PromptTemplateVersion, {}))).toBe(count);
    expect(await prompts((em) => em.count(PromptTemplateLabel, { label: 'production' }))).toBe(count);
    expect(await prompts((em) => em.count(PromptTemplateLabelMove, {}))).toBe(count);
  });

  it('cover every stage', () => {
    const covered = new Set([...shippedTemplates.values()].map(({ stage }) => stage));
    expect([...covered].sort()).toEqual(stages.map(({ name }) => name).sort());
  });

  it('render from what they say they are given, leaving neither holes nor escapes', async () => {
    for (const name of shippedTemplates.keys()) {
      const { content, template } = await prompts(async (em) => {
        const { version } = await chooseVersion(em, organizationId, name, 'any');
        return {
          content: version.content,
          template: await em.findOneOrFail(PromptTemplate, version.templateId),
        };
      });
      const given = Object.fromEntries(Object.keys(template.variables).map((key) => [key, `«${key}»`]));
      const text = render(content, given);
      expect(text).not.toMatch(/\{\{|\\n/);
      for (const value of Object.values(given))
        expect({ name, text }).toEqual({ name, text: expect.stringContaining(value) });
      expect(text).toContain('\n');
    }
  });
});

describe('a template', () => {
  it('is used in the words that its label names, and keeps who moved it', async () => {
    const before = await inUse();
    const added = await reworded('Mend it: {{findings}}');
    expect((await inUse()).id).toBe(before.id);
    await labelled(added, 'Ada');
    expect((await inUse()).content).toBe('Mend it: {{findings}}');
    const moves = await prompts((em) =>
      em.find(PromptTemplateLabelMove, { templateId: before.templateId }, { orderBy: { movedAt: 'asc' } }),
    );
    expect(moves.map(({ movedBy }) => movedBy)).toEqual(['shipped', 'Ada']);
    await prompts((em) => ensureTemplates(em, organizationId));
    expect((await inUse()).id).toBe(added);
  });

  it('says to a workflow what it said when the workflow began', async () => {
    const then = await inUse();
    const began = new Date();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await labelled(await reworded('Again: {{findings}}'), 'Ada');
    const at = (moment: Date) => prompts((em) => versionInProduction(em, organizationId, slug, moment));
    expect((await at(began)).id).toBe(then.id);
    expect((await at(new Date())).content).toBe('Again: {{findings}}');
    expect((await at(new Date(0))).version).toBe(1);
  });

  it('takes no version that names what it is not given', async () => {
    await expect(reworded('{{findings}} and {{nothing}}, {{ever}}')).rejects.toThrow(/names ever, nothing,/);
    await expect(reworded('{"json": {"a": 1}} {{findings}}')).resolves.toBeTypeOf('string');
  });

  it('has versions that never change, each wording once, and labels on its own versions only', async () => {
    const { id, content } = await inUse();
    const change = prompts((em) => em.nativeUpdate(PromptTemplateVersion, { id }, { content: 'Else' }));
    await expect(change).rejects.toMatchObject({ constraint: 'columns_are_fixed' });
    await expect(reworded(content)).rejects.toThrow(/unique/);
    const other = await prompts(
      async (em) => (await chooseVersion(em, organizationId, 'pr-validation', 'any')).version.id,
    );
    await expect(labelled(other, 'Ada')).rejects.toMatchObject({ constraint: 'version_of_the_template' });
  });

  it('keeps the label from who did not see that somebody else moved it', async () => {
    const { id, templateId } = await inUse();
    const late = prompts(async (em) => {
      const label = await em.findOneOrFail(PromptTemplateLabel, { templateId, label: 'production' });
      await labelled(await reworded(`Newer ${randomUUID()}`), 'Bob');
      label.moveTo(id, 'Ada');
      label.movedBy = 'Ada, late';
    });
    await expect(late).rejects.toThrow(/optimistic lock/i);
  });
});
