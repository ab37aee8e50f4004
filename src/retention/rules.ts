/**
 * How long rows are kept where an organisation says nothing else (`projects.retention_policies`). A table that is not
 * named here is kept for ever: what people wrote and decided (projects, requirements, plans, prompts and their
 * versions, feedback, models), and what a workflow did, for as long as the workflow itself is kept. Rows that belong to
 * a workflow that is not over are never removed, however old, and those of one that has failed not before itself.
 * docs/retention.md says the same to operators.
 */
import { ledgerTables } from '../../entities/workflows/operation.ts';
import type { DatabaseName } from '../config.ts';

export type RetentionRule = {
  database: DatabaseName;
  table: string;
  /** From when the days count; a row without a value is not yet at its end, and stays. */
  since: string;
  keepDays: number;
};

const rule = (database: DatabaseName, table: string, since: string, keepDays: number): RetentionRule => ({
  database,
  table,
  since,
  keepDays,
});

export const defaultRules: readonly RetentionRule[] = [
  // with its stages, steps, signals, validations and figures, and whatever of the following is left
  rule('workflows', 'workflow_executions', 'completed_at', 730),
  ...Object.values(ledgerTables).map((table) => rule('workflows', table, 'completed_at', 180)),
  rule('workflows', 'outbox', 'published_at', 30),
  rule('projects', 'idempotency_keys', 'created_at', 1),
  // prompts as sent, and answers
  rule('prompts', 'executions', 'completed_at', 365),
  rule('codebase', 'analysis_runs', 'created_at', 365),
  rule('analytics', 'metrics', 'measured_at', 400),
  rule('analytics', 'performance_data', 'measured_at', 90),
  rule('analytics', 'metric_aggregations', 'window_end', 730),
  rule('events', 'events', 'occurred_at', 400),
  // with what was handled and delivered of them
  rule('events', 'event_keys', 'occurred_at', 400),
  rule('events', 'subscription_deliveries', 'delivered_at', 90),
  rule('events', 'event_aggregations', 'period_start', 730),
  rule('learning', 'training_metrics', 'recorded_at', 400),
];

/** No policy shortens these: who belongs where, what lets in, and what shows who did what. Erasing is another matter. */
export const keptForEver: Partial<Record<DatabaseName, readonly string[]>> = {
  projects: ['organizations', 'users', 'memberships', 'api_keys', 'credentials', 'retention_policies'],
  events: ['audit_log', 'audit_heads'],
};

/** Where a policy names a table without a rule of its own: the first of these columns that it has. */
export const sinceColumns = [
  'completed_at',
  'ended_at',
  'occurred_at',
  'measured_at',
  'recorded_at',
  'created_at',
];

/** Folders of a command-line agent's runs (checkout, prompt, output), after their workflow is over. */
export const keepAgentRunsDays = 7;
