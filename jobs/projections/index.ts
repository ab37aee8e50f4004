/** Every projection there is. */
import { analyticsProjection } from './analytics.ts';
import { eventsProjection } from './events.ts';
import { learningProjection } from './learning.ts';

export const projections = [eventsProjection, analyticsProjection, learningProjection];
