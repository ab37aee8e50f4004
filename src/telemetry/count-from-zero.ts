import { workflowEnds } from '../../entities/workflows/workflow-states.ts';
import { queueNames } from '../engine/catalogue.ts';
import type { Catalogue } from '../engine/define.ts';
import { services } from '../engine/engine.ts';
import {
  callsPutOff,
  fetchLoopsReplaced,
  jobsStalled,
  operationsEnded,
  stagesEnded,
  stepsEnded,
  workflowsEnded,
} from './metrics.ts';

/**
 * Has the counters told before there is anything to count. Prometheus sees an increase only between two figures: of a
 * counter that it first sees at 20 it does not know that there were none before, and no alert comes of it.
 */
export function countFromZero(catalogue: Catalogue): void {
  for (const outcome of workflowEnds) {
    workflowsEnded.inc({ outcome }, 0);
    stepsEnded.inc({ outcome }, 0);
    for (const { name: stage } of catalogue.stages) stagesEnded.inc({ stage, outcome }, 0);
  }
  for (const { service, name: operation } of catalogue.operations) {
    for (const outcome of ['succeeded', 'failed', 'cancelled']) {
      operationsEnded.inc({ service, operation, outcome }, 0);
    }
  }
  for (const queue of queueNames(catalogue)) {
    jobsStalled.inc({ queue }, 0);
    fetchLoopsReplaced.inc({ queue }, 0);
  }
  for (const service of services) callsPutOff.inc({ service }, 0);
}
