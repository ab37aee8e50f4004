import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ActiveTrainingSession } from '../../entities/learning/active-training-session.ts';
import { Adaptation } from '../../entities/learning/adaptation.ts';
import { EvolutionProgress } from '../../entities/learning/evolution-progress.ts';
import { EvolutionSession } from '../../entities/learning/evolution-session.ts';
import { LearningModel } from '../../entities/learning/learning-model.ts';
import { ModelPerformanceOverview } from '../../entities/learning/model-performance-overview.ts';
import { PatternRecognition } from '../../entities/learning/pattern-recognition.ts';
import { TrainingMetric } from '../../entities/learning/training-metric.ts';
import { TrainingSession } from '../../entities/learning/training-session.ts';
import { UserFeedback } from '../../entities/learning/user-feedback.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let databases: Databases;
const ours = randomUUID();
const theirs = randomUUID();

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

const learning = <T>(work: (em: EntityManager) => Promise<T>, organization = ours) =>
  databases.inOrganization(organization).learning(work);
const row = (organizationId = ours) => ({ id: randomUUID(), organizationId });
const model = (values: object = {}, organizationId = ours) => ({
  ...row(organizationId),
  name: randomUUID(),
  modelType: 'custom' as const,
  algorithm: 'linear_regression' as const,
  ...values,
});
const addModel = async (values: object = {}, organizationId = ours) => {
  const created = model(values, organizationId);
  await learning((em) => em.insert(LearningModel, created), organizationId);
  return created.id;
};
const evaluated = (
  heldOutScore: number | null,
  baselineScore: number | null,
  heldOutSize: number | null = 50,
) => ({
  scoreName: 'accuracy',
  heldOutScore,
  baselineScore,
  heldOutSize,
  evaluatedAt: new Date(),
});
const promote = (id: string, organization = ours) =>
  learning(async (em) => {
    (await em.findOneOrFail(LearningModel, id)).promote('somebody');
  }, organization);

describe('a model', () => {
  it('goes into production exactly when a recorded evaluation on held-out history beats the baseline', async () => {
    const score = fc.option(fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100));
    const size = fc.option(fc.nat(3));
    await fc.assert(
      fc.asyncProperty(score, score, size, fc.boolean(), async (heldOut, baseline, heldOutSize, recorded) => {
        const id = await addModel({
          ...evaluated(heldOut, baseline, heldOutSize),
          status: 'trained',
          ...(recorded ? {} : { evaluatedAt: null }),
        });
        const better = heldOut !== null && baseline !== null && heldOut > baseline;
        const allowed = better && recorded && (heldOutSize ?? 0) > 0;
        const outcome = await promote(id).then(
          () => true,
          (error) => {
            expect(String(error)).toMatch(/learning_models_promoted_beats_baseline/);
            return false;
          },
        );
        expect(outcome).toBe(allowed);
        await learning((em) =>
          em.nativeUpdate(LearningModel, { id, status: 'production' }, { status: 'retired' }),
        );
      }),
      { numRuns: 60, examples: [[50, 50, 1, true]] },
    );
  });

  it('is not written into production either, and stays there only while it is better', async () => {
    await expect(addModel({ status: 'production' })).rejects.toThrow(/beats_baseline/);
    const id = await addModel({ ...evaluated(80, 70), status: 'trained', modelType: 'quality_scorer' });
    await promote(id);
    for (const values of [{ heldOutScore: 70 }, { baselineScore: null }, { heldOutSize: 0 }]) {
      const weakening = learning((em) => em.nativeUpdate(LearningModel, { id }, values));
      await expect(weakening).rejects.toThrow(/beats_baseline/);
    }
    const deleting = learning((em) => em.nativeUpdate(LearningModel, { id }, { deletedAt: new Date() }));
    await expect(deleting).rejects.toThrow(/production_is_not_deleted/);
  });

  it('is the only one of its type in production, in each organisation by itself', async () => {
    const values = { ...evaluated(80, 70), status: 'trained', modelType: 'pattern_recognizer' };
    const [first, second] = [await addModel(values), await addModel(values)];
    await promote(first);
    await promote(await addModel(values, theirs), theirs);
    await promote(await addModel({ ...values, modelType: 'resource_predictor' }));
    await expect(promote(second)).rejects.toThrow(/learning_models_production_unique/);
    await learning(async (em) => {
      (await em.findOneOrFail(LearningModel, first)).stepDown();
      await em.flush();
      (await em.findOneOrFail(LearningModel, second)).promote('somebody');
    });
    const inProduction = await learning((em) =>
      em.find(LearningModel, { modelType: 'pattern_recognizer', status: 'production' }),
    );
    expect(inProduction.map(({ id }) => id)).toEqual([second]);
  });

  it('does not skip training, and keeps its name and version until it is deleted', async () => {
    const id = await addModel({ name: 'estimator', ...evaluated(80, 70) });
    await expect(promote(id)).rejects.toThrow(/production does not follow draft/);
    await expect(addModel({ name: 'estimator' })).rejects.toThrow(/learning_models_version_unique/);
    await addModel({ name: 'estimator', modelVersion: '2.0.0', parentModelId: id });
    await learning((em) => em.nativeUpdate(LearningModel, { id }, { deletedAt: new Date() }));
    await addModel({ name: 'estimator' });
  });
});

describe('a training', () => {
  it('follows its states and keeps its measurements', async () => {
    const session = { ...row(), learningModelId: await addModel(), name: 'first' };
    await learning((em) => em.insert(TrainingSession, session));
    const move = (values: object) =>
      learning((em) => em.nativeUpdate(TrainingSession, { id: session.id }, values));
    await expect(move({ status: 'completed', completedAt: new Date() })).rejects.toThrow(
      /does not follow pending/,
    );
    await move({ status: 'training', startedAt: new Date('2026-01-01T00:00:00Z'), totalEpochs: 2 });
    await expect(move({ currentEpoch: 3 })).rejects.toThrow(/_epochs/);
    const measured = {
      ...row(),
      recordedAt: new Date(),
      trainingSessionId: session.id,
      metricName: 'loss',
      metricValue: 0.25,
      epoch: 1,
    };
    for (const _ of [1, 2]) await learning((em) => em.upsert(TrainingMetric, measured));
    expect(await learning((em) => em.count(TrainingMetric, { trainingSessionId: session.id }))).toBe(1);
    expect(await learning((em) => em.find(ActiveTrainingSession, { id: session.id }))).toMatchObject([
      { status: 'training', modelType: 'custom' },
    ]);
    await move({ status: 'validating' });
    await move({ status: 'completed', completedAt: new Date('2026-01-01T01:00:00Z') });
    expect(await learning((em) => em.count(ActiveTrainingSession, { id: session.id }))).toBe(0);
    const over = await learning((em) => em.findOneOrFail(TrainingSession, { id: session.id }));
    expect(over.durationMs).toBe(3_600_000);
  });
});

describe('an adaptation', () => {
  const add = async () => {
    const created = {
      ...row(),
      learningModelId: await addModel(),
      name: 'lower the threshold',
      adaptationType: 'parameter_tuning' as const,
    };
    await learning((em) => em.insert(Adaptation, created));
    return created.id;
  };
  const change = (id: string, work: (found: Adaptation) => void) =>
    learning(async (em) => work(await em.findOneOrFail(Adaptation, id)));

  it('is applied, tested and reverted, in this order', async () => {
    const id = await add();
    await expect(change(id, (found) => found.recordTest(50, 60))).rejects.toThrow(
      /tested does not follow pending/,
    );
    await change(id, (found) => found.apply());
    await change(id, (found) => found.recordTest(60, 52.5));
    expect(await learning((em) => em.findOneOrFail(Adaptation, id))).toMatchObject({ improvement: -7.5 });
    await change(id, (found) => found.revert('it got worse'));
    await expect(change(id, (found) => found.apply())).rejects.toThrow(/applied does not follow reverted/);
  });

  it('is not called applied, tested or reverted without saying when and why', async () => {
    const id = await add();
    const set = (values: object) => learning((em) => em.nativeUpdate(Adaptation, { id }, values));
    await expect(set({ status: 'applied' })).rejects.toThrow(/applied_has_time/);
    await set({ status: 'applied', appliedAt: new Date() });
    await expect(set({ status: 'tested', testedAt: new Date() })).rejects.toThrow(/tested_has_scores/);
    await expect(set({ status: 'reverted', revertedAt: new Date() })).rejects.toThrow(/reverted_has_reason/);
  });
});

it('a pattern that is seen again is counted, not added', async () => {
  const pattern = {
    ...row(),
    name: 'tests time out',
    patternType: 'timing' as const,
    signature: 'a'.repeat(64),
    firstSeenAt: new Date('2026-01-01'),
    lastSeenAt: new Date('2026-01-02'),
  };
  await learning((em) => em.insert(PatternRecognition, pattern));
  const again = learning((em) => em.insert(PatternRecognition, { ...pattern, id: randomUUID() }));
  await expect(again).rejects.toThrow(/unique/);
  await learning((em) => em.insert(PatternRecognition, { ...pattern, ...row(theirs) }), theirs);
});

it('the views count right with two of everything', async () => {
  const sessions = [0, 1].map(() => ({ ...row(), name: 'search', status: 'running' as const }));
  await learning((em) => em.insertMany(EvolutionSession, sessions));
  const models = [await addModel(evaluated(80, 70.5)), await addModel()];
  for (const learningModelId of models) {
    await learning(async (em) => {
      for (const [index, session] of sessions.entries()) {
        em.create(TrainingSession, {
          ...row(),
          learningModelId,
          name: 'training',
          status: 'completed',
          completedAt: new Date(`2026-01-0${index + 1}`),
        });
        for (const scoreAfter of [60, 80]) {
          em.create(Adaptation, {
            ...row(),
            learningModelId,
            evolutionSessionId: session.id,
            name: 'tuning',
            adaptationType: 'parameter_tuning',
            status: scoreAfter === 80 ? 'tested' : 'reverted',
            scoreBefore: 65,
            scoreAfter,
            reason: 'worse',
            appliedAt: new Date('2026-01-03'),
            testedAt: new Date('2026-01-04'),
            revertedAt: new Date('2026-01-05'),
          });
        }
        em.create(UserFeedback, {
          ...row(),
          learningModelId,
          subject: 'prediction',
          actor: 'somebody',
          rating: index * 100,
          givenAt: new Date(),
        });
      }
    });
  }
  const overview = await learning((em) =>
    em.find(ModelPerformanceOverview, { id: models }, { orderBy: { gain: 'asc' } }),
  );
  const counts = { trainingSessions: 2, adaptations: 4, keptAdaptations: 2, feedback: 2, meanRating: 50 };
  expect(overview).toMatchObject([
    { ...counts, id: models[0], gain: 9.5, lastTrainedAt: new Date('2026-01-02') },
    { ...counts, id: models[1], gain: null },
  ]);
  const progress = await learning((em) => em.find(EvolutionProgress, {}));
  expect(progress).toMatchObject(
    sessions.map(() => ({
      adaptations: 4,
      testedAdaptations: 4,
      meanImprovement: 5,
      lastAppliedAt: new Date('2026-01-03'),
    })),
  );
});
