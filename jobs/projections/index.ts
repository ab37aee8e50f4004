/** Every projection there is. */
import { analyticsProjection } from './analytics.ts';
import { eventsProjection } from './events.ts';
import { learningProjection } from './learning.ts';
import { projectsProjection } from './projects.ts';

export const projections = [eventsProjection, analyticsProjection, learningProjection, projectsProjection];
