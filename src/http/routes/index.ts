/** Every route of the API. */
import type { Route } from '../route.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { auditRoutes } from './audit.ts';
import { credentialRoutes } from './credentials.ts';
import { eventRoutes } from './events.ts';
import { limitsRoutes } from './limits.ts';
import { organizationRoutes } from './organization.ts';
import { scheduleRoutes } from './schedules.ts';
import { sourceRoutes } from './sources.ts';
import { templateRoutes } from './templates.ts';
import { workflowRoutes } from './workflows.ts';

export const routes: readonly Route[] = [
  ...workflowRoutes,
  ...scheduleRoutes,
  ...eventRoutes,
  ...sourceRoutes,
  ...apiKeyRoutes,
  ...organizationRoutes,
  ...auditRoutes,
  ...templateRoutes,
  ...credentialRoutes,
  ...limitsRoutes,
];
