/** Brings the other databases up to date with the outbox of one organisation. Repeating it changes nothing. */
import { randomUUID } from 'node:crypto';
import type { Job } from 'bullmq';
import { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { type DatabaseName, databaseNames } from '../config.ts';
import type { Statement } from '../databases/round-trip.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { countEvents } from '../telemetry/count-events.ts';
import type { ProjectionDefinition } from './define-projection.ts';
import { addDueDeliveries } from './deliveries/due-deliveries.ts';
import type { Engine } from './engine.ts';
import { addOrLeave } from './jobs.ts';
import type { EngineJob } from './queues.ts';
import { timings } from './timings.ts';

/** At most this many entries are projected at a time. */
const batch = 500;

/** One at a time for an organisation; what is written while it is at work, one more job will see. */
export const projectionJob = (organizationId: string): EngineJob => ({
  queue: 'projections',
  name: 'project-outbox',
  id: randomUUID(),
  data: { organizationId },
  attempts: 10,
  backoffMs: 1_000,
  onceMore: organizationId,
});

type Waker = Pick<Engine, 'queues' | 'logger'>;

/** Organisations for which this process is about to add a job. */
const soon = new WeakMap<Engine['queues'], Set<string>>();

/**
 * Has what was just committed to the outbox projected, soon: what is committed meanwhile goes with it. A process that
 * ends before leaves it to the reconciler.
 */
export function projectSoon({ queues, logger }: Waker, organizationId: string): void {
  const organizations = soon.get(queues) ?? new Set();
  soon.set(queues, organizations);
  if (organizations.has(organizationId)) return;
  organizations.add(organizationId);
  setTimeout(() => {
    organizations.delete(organizationId);
    void addOrLeave({ queues, logger }, projectionJob(organizationId));
  }, timings.projectionLagMs).unref();
}

/** Runs such a job. */
export async function projectOutbox(engine: Engine, job: Job): Promise<string> {
  const { organizationId } = job.data as { organizationId: string };
  const db = engine.databases.inOrganization(organizationId);
  let published = 0;
  for (let last = batch; last === batch; published += last) last = await projectBatch(engine, db);
  // who wants to hear of it is told now, not when the reconciler comes round
  if (published > 0) await addDueDeliveries(engine, organizationId);
  return `${published} published`;
}

const unpublished: Statement = {
  name: 'unpublished events',
  text: `select * from outbox where published_at is null order by sequence limit ${batch}`,
};

const publish: Statement = {
  name: 'publish events',
  text: 'update outbox set published_at = now() where id = any($1)',
};

async function projectBatch({ catalogue }: Engine, db: OrganizationDatabases): Promise<number> {
  const [entries] = await db.workflows.inOneTrip([{ statement: unpublished, values: [], as: OutboxEntry }]);
  if (entries.length === 0) return 0;
  for (const database of databaseNames) {
    const wanted = wantedIn(database, catalogue.projections, entries);
    if (wanted.length === 0) continue;
    await db[database](async (em) => {
      for (const { projection, cared } of wanted) await projection.apply(cared, em);
    });
  }
  const ids = entries.map(({ id }) => id);
  await db.workflows.inOneTrip([{ statement: publish, values: [ids] }], { repeatable: true });
  countEvents(entries);
  return entries.length;
}

function wantedIn(
  database: DatabaseName,
  projections: readonly ProjectionDefinition[],
  entries: readonly OutboxEntry[],
) {
  return projections
    .filter((projection) => projection.database === database)
    .map((projection) => ({
      projection,
      cared: entries.filter(({ type }) => !projection.types || projection.types.includes(type)),
    }))
    .filter(({ cared }) => cared.length > 0);
}
