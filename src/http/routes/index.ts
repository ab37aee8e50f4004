/** Every route of the API. */
import type { Route } from '../route.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { auditRoutes } from './audit.ts';
import { credentialRoutes } from './credentials.ts';
import { eventRoutes } from './events.ts';
import { executionRoutes } from './executions.ts';
import { limitsRoutes } from './limits.ts';
import { metricRoutes } from './metrics.ts';
import { operationRoutes } from './operations.ts';
import { organizationRoutes } from './organization.ts';
import { planRoutes } from './plans.ts';
import { projectRoutes } from './projects.ts';
import { receivedEventRoutes } from './received-events.ts';
import { requirementRoutes } from './requirements.ts';
import { scheduleRoutes } from './schedules.ts';
import { sourceRoutes } from './sources.ts';
import { stepRoutes } from './steps.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { templateRoutes } from './templates.ts';
import { workflowRoutes } from './workflows.ts';

export const routes: readonly Route[] = [
  ...workflowRoutes,
  ...planRoutes,
  ...stepRoutes,
  ...operationRoutes,
  ...executionRoutes,
  ...projectRoutes,
  ...requirementRoutes,
  ...metricRoutes,
  ...scheduleRoutes,
  ...eventRoutes,
  ...receivedEventRoutes,
  ...sourceRoutes,
  ...subscriptionRoutes,
  ...apiKeyRoutes,
  ...organizationRoutes,
  ...auditRoutes,
  ...templateRoutes,
  ...credentialRoutes,
  ...limitsRoutes,
];
