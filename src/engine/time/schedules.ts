/** What people do to schedules. Each change names the version it was made for, if it cares. */
import { randomUUID } from 'node:crypto';
import { type EntityManager, LockMode, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import {
  type MissedPolicy,
  type OverlapPolicy,
  type ScheduledRequest,
  WorkflowSchedule,
} from '../../../entities/workflows/workflow-schedule.ts';
import type { Engine } from '../engine.ts';
import { Refusal } from '../refusal.ts';
import { refuseStale } from '../refuse-stale.ts';
import { templateFor } from '../workflow-template.ts';
import { checkRecurrence, nextTime, type Recurrence } from './cron.ts';

export type ScheduleRequest = Recurrence & {
  name: string;
  request: ScheduledRequest;
  requirements?: string | null | undefined;
  overlap?: OverlapPolicy | undefined;
  missed?: MissedPolicy | undefined;
  enabled?: boolean | undefined;
};

export type ScheduleChange = { [Field in keyof ScheduleRequest]?: ScheduleRequest[Field] | undefined };

type Home = Pick<Engine, 'databases' | 'catalogue'>;

/** Throws a {@link Refusal} where the name is taken, or its times or its template cannot be. */
export async function createSchedule(
  engine: Home,
  organizationId: string,
  { id = randomUUID(), enabled = true, ...asked }: ScheduleRequest & { id?: string },
  createdBy: string,
): Promise<WorkflowSchedule> {
  checkRecurrence(asked);
  return inTransaction(engine, organizationId, asked.name, async (em) => {
    await templateFor(em, engine.catalogue, organizationId, asked.request.template);
    const schedule = em.create(WorkflowSchedule, {
      ...asked,
      id,
      organizationId,
      overlap: asked.overlap ?? 'skip',
      missed: asked.missed ?? 'run_once',
      enabled,
      nextRunAt: enabled ? nextTime(asked, new Date()) : null,
      createdBy,
    });
    await em.persist(schedule).flush();
    return schedule;
  });
}

/**
 * Changes what is given. Its next time is worked out anew where its times change or it is enabled.
 * @param by who does it
 * @param version what the change was made for; undefined where that does not matter
 */
export async function changeSchedule(
  engine: Home,
  organizationId: string,
  id: string,
  change: ScheduleChange,
  by: string,
  version?: number,
): Promise<WorkflowSchedule> {
  return inTransaction(engine, organizationId, change.name, async (em) => {
    const schedule = await found(em, id, version);
    if (change.request) await templateFor(em, engine.catalogue, organizationId, change.request.template);
    const { cron, timeZone, enabled } = schedule;
    Object.assign(schedule, defined(change));
    if (change.request || change.requirements !== undefined) schedule.requestChangedBy = by;
    const movesOn = cron !== schedule.cron || timeZone !== schedule.timeZone || enabled !== schedule.enabled;
    if (movesOn) {
      checkRecurrence(schedule);
      schedule.nextRunAt = schedule.enabled ? nextTime(schedule, new Date()) : null;
    }
    await em.flush();
    return schedule;
  });
}

/** Workflows that it has put in stay. */
export async function removeSchedule(
  { databases }: Pick<Engine, 'databases'>,
  organizationId: string,
  id: string,
  version?: number,
): Promise<void> {
  await databases.inOrganization(organizationId).workflows(async (em) => {
    em.remove(await found(em, id, version));
  });
}

async function found(em: EntityManager, id: string, version?: number): Promise<WorkflowSchedule> {
  const schedule = await em.findOne(WorkflowSchedule, id, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!schedule) throw new Refusal('not-found', `There is no schedule ${id}.`);
  refuseStale('schedule', schedule, version);
  return schedule;
}

const defined = <T extends object>(change: T) =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<T>;

async function inTransaction<T>(
  { databases }: Home,
  organizationId: string,
  name: string | undefined,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  try {
    return await databases.inOrganization(organizationId).workflows(work);
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    throw new Refusal('conflict', `There is a schedule called "${name}" already; choose another name.`);
  }
}
