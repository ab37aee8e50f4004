/** Every route of the API. */
import type { Route } from '../route.ts';
import { limitsRoutes } from './limits.ts';
import { scheduleRoutes } from './schedules.ts';
import { workflowRoutes } from './workflows.ts';

export const routes: readonly Route[] = [...workflowRoutes, ...scheduleRoutes, ...limitsRoutes];
