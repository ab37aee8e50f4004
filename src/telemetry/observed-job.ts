/** Runs a job so that it can be seen from outside: counted, timed, named in its trace, and in every line that it logs. */
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { DelayedError, type Job, WaitingChildrenError } from 'bullmq';
import { inLogContext } from './log-context.ts';
import { jobDuration, jobsAtWork } from './metrics.ts';

export async function observed<T>(queue: string, job: Job, work: () => Promise<T>): Promise<T> {
  const context = contextOf(queue, job);
  const span = trace.getActiveSpan();
  span?.updateName(`process ${job.name}`);
  span?.setAttributes({
    'gsw.organization.id': context.organizationId,
    'gsw.workflow.id': context.workflowId,
  });
  const end = jobDuration.startTimer({ queue });
  jobsAtWork.inc({ queue });
  try {
    const result = await inLogContext(context, work);
    end({ outcome: 'completed' });
    return result;
  } catch (thrown) {
    const outcome = outcomeOf(thrown);
    end({ outcome });
    span?.setAttribute('gsw.job.outcome', outcome);
    if (outcome === 'failed') span?.setStatus({ code: SpanStatusCode.ERROR });
    throw thrown;
  } finally {
    jobsAtWork.dec({ queue });
  }
}

/** How BullMQ is told that a job is not over. */
function outcomeOf(thrown: unknown): 'delayed' | 'suspended' | 'failed' {
  if (thrown instanceof DelayedError) return 'delayed';
  return thrown instanceof WaitingChildrenError ? 'suspended' : 'failed';
}

function contextOf(queue: string, job: Job) {
  const { organizationId, workflowId } = (job.data ?? {}) as Record<string, unknown>;
  return {
    queue,
    job: String(job.id),
    ...(typeof organizationId === 'string' ? { organizationId } : {}),
    ...(typeof workflowId === 'string' ? { workflowId } : {}),
  };
}
