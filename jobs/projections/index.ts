/** Every projection there is. */
import { analyticsProjection } from './analytics.ts';
import { auditProjection } from './audit.ts';
import { eventsProjection } from './events.ts';
import { learningProjection } from './learning.ts';
import { projectsProjection } from './projects.ts';

export const projections = [
  eventsProjection,
  auditProjection,
  analyticsProjection,
  learningProjection,
  projectsProjection,
];
