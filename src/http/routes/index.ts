/** Every route of the API. */
import type { Route } from '../route.ts';
import { eventRoutes } from './events.ts';
import { limitsRoutes } from './limits.ts';
import { scheduleRoutes } from './schedules.ts';
import { sourceRoutes } from './sources.ts';
import { workflowRoutes } from './workflows.ts';

export const routes: readonly Route[] = [
  ...workflowRoutes,
  ...scheduleRoutes,
  ...eventRoutes,
  ...sourceRoutes,
  ...limitsRoutes,
];
