/** events_db: what happened, in order. */
import { Event } from './event.ts';

export const entities = [Event];
