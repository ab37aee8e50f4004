/** Every projection there is. */
import { analyticsProjection } from './analytics.ts';
import { auditProjection } from './audit.ts';
import { eventsProjection } from './events.ts';
import { learningProjection } from './learning.ts';

export const projections = [eventsProjection, auditProjection, analyticsProjection, learningProjection];
