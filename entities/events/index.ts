/** events_db: what happened, in order, who hears of it, and who did what. */
import { AuditEntry } from './audit-entry.ts';
import { AuditHead } from './audit-head.ts';
import { Event } from './event.ts';
import { EventAggregation } from './event-aggregation.ts';
import { EventCorrelation } from './event-correlation.ts';
import { EventKey } from './event-key.ts';
import { EventProcessing } from './event-processing.ts';
import { EventSource } from './event-source.ts';
import { EventSourceHealth } from './event-source-health.ts';
import { LegacyMigration } from './legacy-migration.ts';
import { LegacyQuarantine } from './legacy-quarantine.ts';
import { RecentEvent } from './recent-event.ts';
import { Subscription } from './subscription.ts';
import { SubscriptionDelivery } from './subscription-delivery.ts';
import { SubscriptionPerformance } from './subscription-performance.ts';

export const entities = [
  EventSource,
  Event,
  EventKey,
  EventProcessing,
  EventCorrelation,
  EventAggregation,
  Subscription,
  SubscriptionDelivery,
  AuditEntry,
  AuditHead,
  LegacyMigration,
  LegacyQuarantine,
  RecentEvent,
  EventSourceHealth,
  SubscriptionPerformance,
];
