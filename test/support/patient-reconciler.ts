/** `node --import patient-reconciler.ts`: on a slow machine a job may be on its way for longer than usual. */
import { timings } from '../../src/engine/timings.ts';

timings.reconcileAgeMs = 30_000;
