/** Events whose handlers are due and have no job: a way in that died, a queue that was lost, a pause that is over. */
import type { Engine } from '../engine.ts';
import { timings } from '../timings.ts';
import { eventJob } from './handle-event.ts';

const atOnce = 1_000;

/** @param lost the queue was lost, and every job with it. Gives how many jobs it added */
export async function addDueEvents(engine: Engine, lost: boolean): Promise<number> {
  const due = await engine.databases.maintenance.events((em) =>
    em.execute<{ organization_id: string; event_id: string }[]>(
      `select organization_id, event_id from event_processing
        where status in ('received', 'processing')
          and next_attempt_at <= clock_timestamp() - ? * interval '1 millisecond'
        group by 1, 2 order by min(next_attempt_at) limit ?`,
      [lost ? 0 : timings.reconcileMs, atOnce],
    ),
  );
  // at most one more job in a while for an event that nobody gets round to
  const turn = lost ? `after-loss-${Date.now()}` : String(Math.floor(Date.now() / 30_000));
  await engine.queues.addAll(
    due.map(({ organization_id, event_id }) =>
      eventJob({ organizationId: organization_id, eventId: event_id }, turn),
    ),
  );
  return due.length;
}
