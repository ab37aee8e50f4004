/** analytics_db: measurements over time, what they say, and who wants to be told. */
import { AlertInstance } from './alert-instance.ts';
import { AlertRule } from './alert-rule.ts';
import { Dashboard } from './dashboard.ts';
import { EvaluationRun } from './evaluation-run.ts';
import { EvaluationRunSummary } from './evaluation-run-summary.ts';
import { EvaluationStep } from './evaluation-step.ts';
import { Metric } from './metric.ts';
import { MetricAggregation } from './metric-aggregation.ts';
import { PerformanceData } from './performance-data.ts';
import { PerformanceTrend } from './performance-trend.ts';
import { RealTimeMetric } from './real-time-metric.ts';

export const entities = [
  Metric,
  PerformanceData,
  MetricAggregation,
  EvaluationRun,
  EvaluationStep,
  Dashboard,
  AlertRule,
  AlertInstance,
  EvaluationRunSummary,
  PerformanceTrend,
  RealTimeMetric,
];
