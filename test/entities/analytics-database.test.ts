import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlertInstance } from '../../entities/analytics/alert-instance.ts';
import { AlertRule } from '../../entities/analytics/alert-rule.ts';
import { Dashboard } from '../../entities/analytics/dashboard.ts';
import { EvaluationRun } from '../../entities/analytics/evaluation-run.ts';
import { EvaluationRunSummary } from '../../entities/analytics/evaluation-run-summary.ts';
import { EvaluationStep } from '../../entities/analytics/evaluation-step.ts';
import { Metric } from '../../entities/analytics/metric.ts';
import { MetricAggregation } from '../../entities/analytics/metric-aggregation.ts';
import { PerformanceData } from '../../entities/analytics/performance-data.ts';
import { PerformanceTrend } from '../../entities/analytics/performance-trend.ts';
import { RealTimeMetric } from '../../entities/analytics/real-time-metric.ts';
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

const analytics = <T>(work: (em: EntityManager) => Promise<T>, organization = ours) =>
  databases.inOrganization(organization).analytics(work);

const row = (organizationId = ours) => ({ id: randomUUID(), organizationId });
const evaluation = (organizationId = ours) => ({
  ...row(organizationId),
  name: 'nightly',
  evaluationType: 'quality' as const,
  triggerSource: 'schedule' as const,
});
const metric = (values: object = {}, organizationId = ours) => ({
  ...row(organizationId),
  metricName: 'stage_duration',
  metricValue: 7,
  metricUnit: 'ms',
  subjectType: 'workflow',
  subjectId: randomUUID(),
  measuredAt: new Date(),
  ...values,
});

describe('a metric', () => {
  it('is written once, however often the same event is projected', async () => {
    const measured = metric();
    for (const metricValue of [7, 7, 8])
      await analytics((em) => em.upsert(Metric, { ...measured, metricValue }));
    const found = await analytics((em) => em.find(Metric, { id: measured.id }));
    expect(found).toMatchObject([{ metricValue: 8, measuredAt: measured.measuredAt, confidence: 100 }]);
  });

  it('of the last hour is shown in real time, with the evaluation that measured it', async () => {
    const run = evaluation();
    const recent = metric({ evaluationRunId: run.id });
    await analytics(async (em) => {
      em.create(EvaluationRun, run);
      em.create(Metric, recent);
      em.create(Metric, metric({ measuredAt: new Date(Date.now() - 3_700_000), evaluationRunId: run.id }));
    });
    const shown = await analytics((em) => em.find(RealTimeMetric, { evaluationRunName: 'nightly' }));
    expect(shown.map(({ id }) => id)).toEqual([recent.id]);
  });
});

describe('an evaluation', () => {
  it('follows its states, has its duration worked out, and is over for good', async () => {
    const run = evaluation();
    await analytics(async (em) => {
      em.create(EvaluationRun, run);
    });
    await analytics(async (em) => {
      const found = await em.findOneOrFail(EvaluationRun, run.id);
      found.start();
      await em.flush();
      found.startedAt = new Date(Date.now() - 90_000);
      found.complete({
        overallScore: 80,
        qualityScore: null,
        performanceScore: null,
        reliabilityScore: null,
      });
    });
    const over = await analytics((em) => em.findOneOrFail(EvaluationRun, run.id));
    expect(over).toMatchObject({ status: 'completed', overallScore: 80 });
    expect(over.durationMs).toBeGreaterThanOrEqual(90_000);
    expect(over.durationMs).toBeLessThan(100_000);
    for (const status of ['pending', 'running', 'failed'] as const) {
      await expect(analytics((em) => em.nativeUpdate(EvaluationRun, run.id, { status }))).rejects.toThrow(
        /does not follow completed|over_has_end/,
      );
    }
  });

  it('has scores from 0 to 100 only', async () => {
    for (const overallScore of [-0.01, 100.01]) {
      const writing = analytics((em) => em.insert(EvaluationRun, { ...evaluation(), overallScore }));
      await expect(writing).rejects.toThrow(/overall_score_check/);
    }
  });

  it('counts right with two of everything', async () => {
    const runs = [evaluation(), evaluation(), evaluation(theirs)];
    for (const [index, run] of runs.entries()) {
      await analytics(async (em) => {
        em.create(EvaluationRun, run);
        for (const stepOrder of [1, 2]) {
          const failed = stepOrder === 2 && index === 0;
          em.create(EvaluationStep, {
            ...row(run.organizationId),
            evaluationRunId: run.id,
            stepOrder,
            stepName: `step ${stepOrder}`,
            status: failed ? 'failed' : 'completed',
          });
          em.create(Metric, metric({ evaluationRunId: run.id }, run.organizationId));
        }
      }, run.organizationId);
    }
    const ids = runs.map(({ id }) => id);
    const counted = await analytics((em) =>
      em.find(EvaluationRunSummary, { id: ids }, { orderBy: { failedSteps: 'desc' } }),
    );
    expect(counted).toMatchObject([
      { id: ids[0], steps: 2, completedSteps: 1, failedSteps: 1, metrics: 2 },
      { id: ids[1], steps: 2, completedSteps: 2, failedSteps: 0, metrics: 2 },
    ]);
  });
});

it('performance trends are per organisation, operation and hour', async () => {
  // two runs in each of two hours, of each of two operations, in each of two organisations
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  for (const [organization, factor] of [
    [ours, 1],
    [theirs, 100],
  ] as const) {
    await analytics(async (em) => {
      for (const operationName of ['clone', 'plan']) {
        for (const hours of [1, 2]) {
          for (const part of [1, 3]) {
            em.create(PerformanceData, {
              ...row(organization),
              measuredAt: new Date(hour - hours * 3_600_000 + part),
              operationName,
              operationType: 'stage',
              durationMs: factor * hours * part,
              succeeded: part === 1,
              memoryBytes: 2 ** 40,
            });
          }
        }
      }
      em.create(PerformanceData, {
        ...row(organization),
        measuredAt: new Date(Date.now() - 25 * 3_600_000),
        operationName: 'clone',
        operationType: 'stage',
        durationMs: 1_000_000,
        succeeded: true,
      });
    }, organization);
  }
  const trends = await analytics((em) =>
    em.find(PerformanceTrend, { operationName: 'clone' }, { orderBy: { hour: 'desc' } }),
  );
  expect(trends).toMatchObject([
    {
      operations: 2,
      meanDurationMs: 2,
      minDurationMs: 1,
      maxDurationMs: 3,
      p95DurationMs: 2.9,
      successRate: 50,
    },
    { operations: 2, meanDurationMs: 4, minDurationMs: 2, maxDurationMs: 6, meanMemoryBytes: 2 ** 40 },
  ]);
});

describe('an aggregation', () => {
  it('is unique also where its subject is left open, in each organisation by itself', async () => {
    const window = {
      metricName: 'stage_duration',
      metricUnit: 'ms',
      aggregationType: 'avg' as const,
      windowStart: new Date('2026-01-01T00:00:00Z'),
      windowEnd: new Date('2026-01-01T01:00:00Z'),
      aggregatedValue: 3,
      sampleCount: 2,
    };
    const add = (values: object, organization = ours) =>
      analytics(
        (em) => em.insert(MetricAggregation, { ...row(organization), ...window, ...values }),
        organization,
      );
    await add({});
    await add({}, theirs);
    await add({ subjectType: 'workflow' });
    await add({ aggregationType: 'percentile', percentile: 95 });
    await add({ aggregationType: 'percentile', percentile: 99 });
    await expect(add({})).rejects.toThrow(/metric_aggregations_unique/);
    await expect(add({ aggregationType: 'percentile' })).rejects.toThrow(/percentile_is_given/);
    await expect(add({ windowEnd: window.windowStart, subjectType: 'x' })).rejects.toThrow(/_window/);
  });
});

describe('an alert', () => {
  const rule = () => ({
    ...row(),
    name: randomUUID(),
    metricName: 'stage_duration',
    operator: '>' as const,
    threshold: 100,
  });
  const instance = (alertRuleId: string, values: object = {}) => ({
    ...row(),
    alertRuleId,
    severity: 'warning' as const,
    threshold: 100,
    triggeredValue: 101,
    triggeredAt: new Date(Date.now() - 5_000),
    ...values,
  });

  it('is open once per rule and subject, and may be raised again when it is over', async () => {
    const { id } = await analytics(async (em) => em.create(AlertRule, rule()));
    const subject = { subjectType: 'workflow', subjectId: randomUUID() };
    const raise = (values: object = {}) => analytics((em) => em.insert(AlertInstance, instance(id, values)));
    await raise();
    await raise(subject);
    await raise({ ...subject, subjectId: randomUUID() });
    await expect(raise()).rejects.toThrow(/alert_instances_open_unique/);
    await expect(raise(subject)).rejects.toThrow(/alert_instances_open_unique/);
    await analytics(async (em) => {
      const open = await em.findOneOrFail(AlertInstance, { alertRuleId: id, subjectType: null });
      open.acknowledge('somebody');
      await em.flush();
      open.resolve('more workers');
    });
    await raise();
    const past = await analytics((em) =>
      em.findOneOrFail(AlertInstance, { alertRuleId: id, status: 'resolved' }),
    );
    expect(past.durationMs).toBeGreaterThanOrEqual(5_000);
  });

  it('that is resolved is not opened again', async () => {
    const { id } = await analytics(async (em) => em.create(AlertRule, rule()));
    const raised = instance(id, { status: 'resolved', resolvedAt: new Date() });
    await analytics((em) => em.insert(AlertInstance, raised));
    const reopening = analytics((em) =>
      em.nativeUpdate(AlertInstance, raised.id, { status: 'open', resolvedAt: null }),
    );
    await expect(reopening).rejects.toThrow(/open does not follow resolved/);
    const nobody = analytics((em) => em.insert(AlertInstance, instance(id, { status: 'acknowledged' })));
    await expect(nobody).rejects.toThrow(/acknowledged_has_who/);
  });
});

it('a deleted dashboard gives its name free', async () => {
  const add = () => analytics((em) => em.insert(Dashboard, { ...row(), name: 'Overview' }));
  await add();
  await expect(add()).rejects.toThrow(/dashboards_name_unique/);
  await analytics((em) => em.nativeUpdate(Dashboard, { name: 'Overview' }, { deletedAt: new Date() }));
  await add();
});
