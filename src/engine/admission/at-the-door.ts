/**
 * Whether workflows that are just being put in get a place at once, stand in line, or are refused. Costs one statement
 * in the transaction of the enqueue, bounded by the organisation's own limits; what the other organisations have is
 * known from the share that the last pass of `admit` gave.
 */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { holdsPlace, standsInLine } from '../../../entities/workflows/workflow-execution.ts';
import type { Config } from '../../config.ts';
import { Refusal } from '../refusal.ts';
import { type Limits, settledLimits } from './limits-of.ts';

export type AtTheDoor = {
  /** Null: it has a place. Otherwise what it waits on, in words. */
  waitingOn: string | null;
  /** Whether a pass should be made when this is committed. */
  callForPass: boolean;
};

type Seen = {
  max_running_workflows: number | null;
  max_queued_workflows: number | null;
  places: number | null;
  running: number;
  waiting: number;
};

/** How long it may take until there is room in a line that is full, seconds. */
const roomAgainSeconds = 30;

/**
 * The answers for so many workflows, in order. Call it right before the rows are written: where the organisation has a limit of its own, others of its enqueues wait
 * from here to the end of the transaction. Throws a {@link Refusal} where the line
 * has no room for all of them.
 */
export async function askForPlaces(
  em: EntityManager,
  organizationId: string,
  { maxRunningWorkflows: capacity, organization: defaults }: Config['limits'],
  count: number,
): Promise<AtTheDoor[]> {
  let seen = await look(em, organizationId, defaults);
  const isNew = seen.places === null;
  if (isNew) await welcome(em, organizationId, capacity);
  const limits = limitsIn(seen, defaults);
  // counted by one at a time, or two that come together would both take the last place
  if (limits.maxRunningWorkflows !== null) {
    await em.execute('select from admission_shares where organization_id = ? for no key update', [
      organizationId,
    ]);
  }
  if (isNew || limits.maxRunningWorkflows !== null) seen = await look(em, organizationId, defaults);
  const { running, waiting, places } = seen;
  const most = Math.min(places ?? 0, limits.maxRunningWorkflows ?? Number.POSITIVE_INFINITY);
  const admitted = waiting === 0 ? Math.min(count, Math.max(0, most - running)) : 0;
  if (count > admitted && waiting + count - admitted > limits.maxQueuedWorkflows) throw fullLine(limits);
  const waitingOn = waitingForPlace(running + admitted, limits);
  return Array.from({ length: count }, (_, index) =>
    index < admitted ? { waitingOn: null, callForPass: isNew } : { waitingOn, callForPass: true },
  );
}

/** Until the next pass has counted, an organisation that was never seen before may have so much of the installation. */
const partOfNewcomers = 0.1;

async function welcome(em: EntityManager, organizationId: string, capacity: number): Promise<void> {
  await em.execute(
    'insert into admission_shares (id, organization_id, places) values (?, ?, ?) on conflict do nothing',
    [randomUUID(), organizationId, Math.max(1, Math.floor(capacity * partOfNewcomers))],
  );
}

/** The words in which a workflow waits to be admitted. */
export function waitingForPlace(running: number, { maxRunningWorkflows }: Limits): string {
  if (maxRunningWorkflows === null) return `a free place among the running workflows`;
  return `a free place: ${Math.min(running, maxRunningWorkflows)} of ${maxRunningWorkflows} workflows of this organisation are running`;
}

const limitsIn = (seen: Seen, defaults: Limits): Limits =>
  settledLimits(
    { maxRunningWorkflows: seen.max_running_workflows, maxQueuedWorkflows: seen.max_queued_workflows },
    defaults,
  );

/** Counts no further than the limits: more is as good as that. */
async function look(em: EntityManager, organizationId: string, defaults: Limits): Promise<Seen> {
  const [seen] = await em.execute<Seen[]>(
    `select l.max_running_workflows, l.max_queued_workflows, s.places,
            (select count(*)::int from (
               select from workflow_executions where organization_id = o.id and ${holdsPlace}
                limit coalesce(l.max_running_workflows, ?, s.places, 0)) held) as running,
            (select count(*)::int from (
               select from workflow_executions where organization_id = o.id and ${standsInLine}
                limit coalesce(l.max_queued_workflows, ?)) line) as waiting
       from (select ?::uuid as id) o
       left join organization_limits l on l.organization_id = o.id
       left join admission_shares s on s.organization_id = o.id`,
    [defaults.maxRunningWorkflows, defaults.maxQueuedWorkflows, organizationId],
  );
  return seen as Seen;
}

function fullLine({ maxQueuedWorkflows }: Limits): Refusal {
  return new Refusal(
    'line-full',
    `${maxQueuedWorkflows} workflows of this organisation stand in line already, and no more may. Try again when some have started, or have the limit raised: \`gsw limits set --max-queued N\`.`,
    { retryAfterSeconds: roomAgainSeconds },
  );
}
