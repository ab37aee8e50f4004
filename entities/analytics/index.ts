/** analytics_db: measurements over time. */
import { Metric } from './metric.ts';

export const entities = [Metric];
