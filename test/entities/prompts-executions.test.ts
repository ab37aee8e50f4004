import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContextSource } from '../../entities/prompts/context-source.ts';
import { EnhancementEffectiveness } from '../../entities/prompts/enhancement-effectiveness.ts';
import { ExecutionEnhancement } from '../../entities/prompts/execution-enhancement.ts';
import { Experiment } from '../../entities/prompts/experiment.ts';
import { ExperimentVariant } from '../../entities/prompts/experiment-variant.ts';
import { PromptEnhancement } from '../../entities/prompts/prompt-enhancement.ts';
import { PromptExecution } from '../../entities/prompts/prompt-execution.ts';
import { PromptTemplateVersion } from '../../entities/prompts/prompt-template-version.ts';
import { ResponseQuality } from '../../entities/prompts/response-quality.ts';
import { keepAnswer } from '../../jobs/operations/agent/keep-answer.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import type { Transaction } from '../../src/databases/tenancy.ts';
import { sha256 } from '../../src/engine/derive.ts';
import { chooseVersion, drawn } from '../../src/prompts/choose-version.ts';
import { enhance } from '../../src/prompts/enhance.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let databases: Databases;
let organizationId: string;
let prompts: Transaction;

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

/** An organisation of its own. */
const begin = () => {
  organizationId = randomUUID();
  prompts = databases.inOrganization(organizationId).prompts;
};

const execute = (more: object = {}) =>
  prompts(async (em) => {
    const id = randomUUID();
    const row = {
      id,
      organizationId,
      scope: 'plan-1',
      purpose: 'step',
      stage: 'task_execution',
      prompt: 'Do it.',
    };
    await em.insert(PromptExecution, { ...row, ...more });
    return id;
  });

const rule = (applicationOrder: number, more: object = {}) =>
  prompts(async (em) => {
    const id = randomUUID();
    const row = {
      id,
      organizationId,
      name: `Rule ${applicationOrder}`,
      applicationOrder,
      instructions: `R${applicationOrder}.`,
    };
    await em.insert(PromptEnhancement, { ...row, enhancementType: 'accuracy_boost', ...more });
    return id;
  });

const judged = (qualityScore: number) => ({ qualityScore, qualityScorer: 'verdict-1', status: 'completed' });

describe('an execution', () => {
  it('ends once, keeps its prompt, and has its duration worked out', async () => {
    begin();
    const id = await execute({ status: 'running', startedAt: new Date(1_000) });
    await prompts((em) =>
      em.nativeUpdate(PromptExecution, { id }, { status: 'completed', completedAt: new Date(3_500) }),
    );
    expect(await prompts((em) => em.findOne(PromptExecution, id))).toMatchObject({
      durationMs: 2_500,
      currency: 'USD',
    });
    const back = prompts((em) => em.nativeUpdate(PromptExecution, { id }, { status: 'running' }));
    await expect(back).rejects.toMatchObject({ constraint: 'state_transitions' });
    const other = prompts((em) => em.nativeUpdate(PromptExecution, { id }, { prompt: 'Else.' }));
    await expect(other).rejects.toMatchObject({ constraint: 'columns_are_fixed' });
    const unsigned = prompts((em) => em.nativeUpdate(PromptExecution, { id }, { qualityScore: 50 }));
    await expect(unsigned).rejects.toMatchObject({ constraint: 'executions_scores_have_a_scorer' });
  });

  it('ends with what the agent said, also where that holds what no text can', async () => {
    begin();
    const db = databases.inOrganization(organizationId);
    const [answered, failed] = [await execute({ status: 'running' }), await execute({ status: 'running' })];
    await keepAnswer({ db }, answered, { result: 'PNG\0\0 and \ud83d', usage: null }, null);
    await keepAnswer({ db }, failed, { result: null, usage: null }, 'It ended with exit 1: \0\0');
    const ended = (id: string) => prompts((em) => em.findOne(PromptExecution, id));
    const strange = '\ufffd';
    expect(await ended(answered)).toMatchObject({
      status: 'completed',
      response: `PNG${strange}${strange} and ${strange}`,
    });
    expect(await ended(failed)).toMatchObject({
      status: 'failed',
      errorMessage: `It ended with exit 1: ${strange}${strange}`,
    });
  });

  it('counts in the view of its stage and purpose, two as two', async () => {
    begin();
    const done = { ...judged(80), startedAt: new Date(0), completedAt: new Date(1_000), cost: 0.25 };
    for (const more of [done, { ...done, qualityScore: 90, cost: 0.5 }, { status: 'failed' }])
      await execute(more);
    for (const more of [done, done]) await execute({ ...more, purpose: 'review', stage: 'pr_validation' });
    const views = await prompts((em) => em.find(ResponseQuality, {}, { orderBy: { purpose: 'asc' } }));
    expect(views).toMatchObject([
      { purpose: 'review', executions: 2, completed: 2, judged: 2, meanQuality: 80, cost: 0.5 },
      {
        purpose: 'step',
        executions: 3,
        completed: 2,
        failed: 1,
        judged: 2,
        meanQuality: 85,
        meanDurationMs: 1_000,
        cost: 0.75,
      },
    ]);
  });
});

describe('rules', () => {
  it('are applied in their order where they belong, with their context', async () => {
    begin();
    const sourceId = randomUUID();
    await prompts((em) =>
      em.insert(ContextSource, { id: sourceId, organizationId, name: 'Style', content: 'Be brief.' }),
    );
    const second = await rule(2, { stage: 'task_execution' });
    const first = await rule(1, { purpose: 'step', contextSourceId: sourceId });
    await rule(3, { isActive: false });
    await rule(4, { stage: 'completion' });
    await rule(5, { purpose: 'review' });
    const enhanced = await prompts((em) =>
      enhance(em, 'Do it.\n', { stage: 'task_execution', purpose: 'step' }),
    );
    expect(enhanced).toEqual({
      prompt: 'Do it.\n\n<context name="Style">\nBe brief.\n</context>\n\nR1.\n\nR2.\n',
      applied: [first, second],
    });
    expect(await prompts((em) => enhance(em, 'Hm.', { stage: 'x', purpose: 'y' }))).toEqual({
      prompt: 'Hm.',
      applied: [],
    });
  });

  it('show what they gain over comparable executions without them', async () => {
    begin();
    const [one, two] = [await rule(1, { purpose: 'step' }), await rule(2)];
    const apply = (executionId: string, enhancementId: string, position: number) =>
      prompts((em) =>
        em.insert(ExecutionEnhancement, {
          id: randomUUID(),
          organizationId,
          executionId,
          enhancementId,
          position,
        }),
      );
    for (const score of [90, 80]) {
      const id = await execute(judged(score));
      await apply(id, one, 1);
      await apply(id, two, 2);
      await expect(apply(id, two, 3)).rejects.toThrow(/unique/);
    }
    for (const score of [60, 50]) await execute(judged(score));
    await execute({ ...judged(10), purpose: 'review' });
    const views = await prompts((em) => em.find(EnhancementEffectiveness, {}, { orderBy: { name: 'asc' } }));
    expect(views).toMatchObject([
      {
        applied: 2,
        judgedWith: 2,
        meanQualityWith: 85,
        judgedWithout: 2,
        meanQualityWithout: 55,
        improvement: 30,
      },
      {
        applied: 2,
        judgedWith: 2,
        meanQualityWith: 85,
        judgedWithout: 3,
        meanQualityWithout: 40,
        improvement: 45,
      },
    ]);
  });

  it('have one place each, which two may swap in one transaction', async () => {
    begin();
    const [one, two] = [await rule(1), await rule(2)];
    const move = (id: string, applicationOrder: number): [typeof PromptEnhancement, object, object] => [
      PromptEnhancement,
      { id },
      { applicationOrder },
    ];
    await prompts(async (em) => {
      await em.nativeUpdate(...move(one, 2));
      await em.nativeUpdate(...move(two, 1));
    });
    await expect(prompts((em) => em.nativeUpdate(...move(one, 1)))).rejects.toThrow(/unique/);
    await expect(rule(9, { instructions: ' ' })).rejects.toMatchObject({
      constraint: 'prompt_enhancements_add_something',
    });
  });
});

describe('an experiment', () => {
  it('draws variants by their weight, the same one for the same subject', () => {
    const variants = [
      { name: 'a', weight: 3 },
      { name: 'b', weight: 1 },
    ];
    const draws = Array.from({ length: 2_000 }, (_, index) => drawn(variants, `subject ${index}`)?.name);
    expect(draws.filter((name) => name === 'a').length / draws.length).toBeCloseTo(0.75, 1);
    expect(drawn(variants, 'subject 1')).toBe(drawn(variants, 'subject 1'));
    expect(drawn([], 'any')).toBeUndefined();
  });

  it('chooses the version while it runs, alone on its template, and leaves its variants as they were', async () => {
    begin();
    const slug = 'task-execution';
    const { version } = await prompts((em) => chooseVersion(em, organizationId, slug, 'any'));
    const candidate = randomUUID();
    const content = 'Do {{name}}.';
    const { templateId } = version;
    await prompts((em) =>
      em.insert(PromptTemplateVersion, {
        ...{
          id: candidate,
          organizationId,
          templateId,
          version: 2,
          content,
          contentHash: sha256(content),
          author: 'Ada',
        },
      }),
    );
    const experiment = (name: string) =>
      prompts(async (em) => {
        const id = randomUUID();
        await em.insert(Experiment, {
          id,
          organizationId,
          templateId,
          name,
          hypothesis: 'Shorter is better.',
        });
        return id;
      });
    const id = await experiment('Short');
    const variant = randomUUID();
    await prompts((em) =>
      em.insert(ExperimentVariant, {
        id: variant,
        organizationId,
        experimentId: id,
        name: 'short',
        templateVersionId: candidate,
      }),
    );
    const choose = () => prompts((em) => chooseVersion(em, organizationId, slug, 'any'));
    expect((await choose()).experimentVariantId).toBeNull();
    const start = (which: string) =>
      prompts(async (em) => (await em.findOneOrFail(Experiment, which)).start());
    await start(id);
    expect(await choose()).toMatchObject({ version: { id: candidate }, experimentVariantId: variant });
    await expect(start(await experiment('Another'))).rejects.toMatchObject({
      constraint: 'experiments_one_running_per_template',
    });
    const changed = prompts((em) => em.nativeUpdate(ExperimentVariant, { id: variant }, { weight: 9 }));
    await expect(changed).rejects.toMatchObject({ constraint: 'variants_stay_as_tried' });
    await prompts(async (em) => (await em.findOneOrFail(Experiment, id)).end('completed', 'It was.'));
    await expect(start(id)).rejects.toMatchObject({ constraint: 'state_transitions' });
    expect((await choose()).version.id).toBe(version.id);
  });
});
