/**
 * What a process counts of its own work, for Prometheus: added up over all processes, it is what the installation did. What
 * is true of the installation as a whole is in `installation-metrics.ts`. No label has a value that grows with use.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { readVersion } from '../version.ts';

export const registry = new Registry();
const registers = [registry];

collectDefaultMetrics({ register: registry });
// sums of others, under names that Prometheus keeps for counters
for (const what of ['handles', 'requests', 'resources']) {
  registry.removeSingleMetric(`nodejs_active_${what}_total`);
}

new Gauge({
  name: 'gsw_build_info',
  help: 'Always 1; the label tells the version of the program.',
  labelNames: ['version'],
  registers,
}).set({ version: await readVersion() }, 1);

/** From a moment to the hours that people and agents take, seconds. */
const long = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 4 * 3_600, 24 * 3_600];

export const workflowsEnded = new Counter({
  name: 'gsw_workflows_ended_total',
  help: 'Workflows that came to their end, by how.',
  labelNames: ['outcome'],
  registers,
});

export const workflowDuration = new Histogram({
  name: 'gsw_workflow_duration_seconds',
  help: 'From the start of a workflow to its completion.',
  buckets: long,
  registers,
});

export const stagesEnded = new Counter({
  name: 'gsw_stages_ended_total',
  help: 'Stages that came to their end, by how.',
  labelNames: ['stage', 'outcome'],
  registers,
});

export const stageDuration = new Histogram({
  name: 'gsw_stage_duration_seconds',
  help: 'From the start of a stage to its completion, waits included.',
  labelNames: ['stage'],
  buckets: long,
  registers,
});

export const stepsEnded = new Counter({
  name: 'gsw_steps_ended_total',
  help: 'Steps that came to their end, by how.',
  labelNames: ['outcome'],
  registers,
});

export const operationsEnded = new Counter({
  name: 'gsw_operations_ended_total',
  help: 'Operations on outside services that came to their end, by how.',
  labelNames: ['service', 'operation', 'outcome'],
  registers,
});

export const jobDuration = new Histogram({
  name: 'gsw_job_duration_seconds',
  help: 'One run of a job in this process. Outcomes: completed, failed, delayed (comes back), suspended (waits for children).',
  labelNames: ['queue', 'outcome'],
  buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300],
  registers,
});

export const jobsAtWork = new Gauge({
  name: 'gsw_jobs_at_work',
  help: 'Jobs that this process works on right now.',
  labelNames: ['queue'],
  registers,
});

export const jobsStalled = new Counter({
  name: 'gsw_jobs_stalled_total',
  help: 'Jobs taken back from a worker that was lost.',
  labelNames: ['queue'],
  registers,
});

export const stagesPutBack = new Counter({
  name: 'gsw_stages_put_back_total',
  help: 'Stages that the reconciler put back into the queue: all of them after a loss of the queue, or single ones that had no job.',
  labelNames: ['reason'],
  registers,
});

export const queuesLost = new Counter({
  name: 'gsw_queue_losses_total',
  help: 'Times that the queue as a whole was found lost while there was work, and was filled again from the rows.',
  registers,
});

export const fetchLoopsReplaced = new Counter({
  name: 'gsw_fetch_loops_replaced_total',
  help: 'Loops that took no jobs although there was work, replaced with new connections.',
  labelNames: ['queue'],
  registers,
});

export const callsPutOff = new Counter({
  name: 'gsw_calls_put_off_total',
  help: 'Calls to a service that come back later because of its limits.',
  labelNames: ['service'],
  registers,
});

export const httpDuration = new Histogram({
  name: 'gsw_http_request_duration_seconds',
  help: 'From the arrival of a request to the end of its answer.',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  registers,
});
