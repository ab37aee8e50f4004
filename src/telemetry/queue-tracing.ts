/**
 * To which trace a job belongs: docs/adr/0030. A workflow's row keeps where its trace began, so a job that is put back from
 * the rows, by whichever process, is in the same tree as one that was added at once.
 */
import { type Context, context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Telemetry } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import type { Databases } from '../databases/connect.ts';
import type { Statement } from '../databases/round-trip.ts';
import { contextAt } from './traced.ts';

type TracedJob = { queue: string; data: Record<string, string | number>; parent?: object };

export type QueueTracing = {
  /** For BullMQ's constructors. */
  telemetry: Telemetry;
  /** In which context the job is to be added. */
  contextOf(job: TracedJob): Promise<Context>;
  /** The same as BullMQ keeps it with a job. */
  metadataOf(job: TracedJob): Promise<string>;
};

/** Workflows whose beginnings are remembered. */
const most = 5_000;

const beginning: Statement = {
  name: 'where a trace began',
  text: 'select traceparent from workflow_executions where id = $1',
};

export function queueTracing(databases: Pick<Databases, 'inOrganization'>): QueueTracing {
  const telemetry: Telemetry = new BullMQOtel({ tracerName: 'bullmq' });
  const known = new Map<string, Context>();

  /** Where the workflow's trace began; nowhere where it was put in by a process that does not trace. */
  async function beginningOf(organizationId: string, workflowId: string): Promise<Context> {
    const remembered = known.get(workflowId);
    if (remembered) return remembered;
    const { workflows } = databases.inOrganization(organizationId);
    const [[row]] = await workflows.inOneTrip([{ statement: beginning, values: [workflowId] }]);
    const { traceparent } = (row ?? {}) as { traceparent?: string | null };
    const found = traceparent ? contextAt(ROOT_CONTEXT, traceparent) : ROOT_CONTEXT;
    known.set(workflowId, found);
    for (const oldest of known.keys()) {
      if (known.size <= most) break;
      known.delete(oldest);
    }
    return found;
  }

  async function contextOf({ queue, data, parent }: TracedJob): Promise<Context> {
    const here = context.active();
    const { organizationId, workflowId } = data;
    // of an event, say, that a request has brought
    if (workflowId === undefined) return ofNobody.includes(queue) ? ROOT_CONTEXT : here;
    try {
      const began = await beginningOf(String(organizationId), String(workflowId));
      // an operation is part of the stage that performs it; a stage is part of its workflow, and not of the stage before
      const isBelow = parent && trace.getSpanContext(here)?.traceId === trace.getSpanContext(began)?.traceId;
      return isBelow ? here : began;
    } catch {
      // that a trace has a gap must keep no job from being added
      return here;
    }
  }

  return {
    telemetry,
    contextOf,
    metadataOf: async (job) => telemetry.contextManager.getMetadata(await contextOf(job)),
  };
}

/** Jobs that do the work of many workflows at once. */
const ofNobody = ['projections', 'maintenance'];
