/**
 * Asks other services what a webhook that was lost would have told: of the workflows under way, and of issues that start
 * one. What is found is stored as the event that was missed, once, and goes to the same handlers. Checks and agent runs
 * are not asked for here: the work that waits for them asks itself.
 */
import { randomUUID } from 'node:crypto';
import { EventSource } from '../../../entities/events/event-source.ts';
import type { Databases } from '../../databases/connect.ts';
import { insertRows } from '../../databases/insert-rows.ts';
import { deriveId } from '../../engine/derive.ts';
import { type Duration, milliseconds } from '../../engine/duration.ts';
import { PermanentFailure, reasonOf } from '../../engine/errors.ts';
import { type EventHandlerDefinition, handlersOf } from '../../engine/events/define-event-handler.ts';
import { redact } from '../../security/redact.ts';
import type { EventProvider } from '../provider.ts';
import { github } from '../providers/github.ts';
import { linear } from '../providers/linear.ts';
import { askedName } from '../sources.ts';
import { storeArrival } from '../store.ts';
import { commandsAtGitHub, commandsAtLinear } from './comments.ts';
import { issuesAtGitHub, issuesAtLinear } from './issues.ts';
import { sourcesListening } from './listening.ts';
import { closedPullRequests } from './pull-requests.ts';
import type { Asking, Missed, Question } from './question.ts';
import { type UnderWay, workflowsUnderWay } from './under-way.ts';

export type Poller = {
  databases: Databases;
  servicesOf(organizationId: string): Asking['services'];
  handlers: readonly EventHandlerDefinition[];
  /** How often it is done. */
  every: Duration;
  /** Aborts when it is to stop at the next good place. */
  signal: AbortSignal;
};

type Asked = {
  provider: EventProvider;
  name: string;
  questions: readonly Question[];
  /** Whether the workflow has anything there. */
  isOf(workflow: UnderWay): boolean;
};

/** Whom a service is asked for. */
type Concerned = Pick<Asking, 'workflows' | 'sources'>;

const services: readonly Asked[] = [
  {
    provider: github,
    name: 'GitHub',
    questions: [closedPullRequests, commandsAtGitHub, issuesAtGitHub],
    isOf: () => true,
  },
  // an organisation may do without Linear
  {
    provider: linear,
    name: 'Linear',
    questions: [commandsAtLinear, issuesAtLinear],
    isOf: ({ hasIssues }) => hasIssues,
  },
];

/** Clocks differ, and what was written in the moment of the last question may not have been in its answer. */
const overlapMs = 60_000;

/** Gives how many workflows it asked for, how many events it stored, and what it could not ask for, by organisation. */
export async function poll(
  poller: Poller,
): Promise<{ workflows: number; stored: number; failures: string[] }> {
  const done = { workflows: 0, stored: 0, failures: [] as string[] };
  const underWay = await workflowsUnderWay(poller.databases);
  const listening = await sourcesListening(
    poller.databases,
    services.map(({ provider: { provider } }) => provider),
  );
  for (const organizationId of new Set([...underWay.keys(), ...listening.keys()])) {
    const workflows = underWay.get(organizationId) ?? [];
    done.workflows += workflows.length;
    for (const asked of services) {
      if (poller.signal.aborted) return done;
      const concerned = {
        workflows: workflows.filter(asked.isOf),
        sources: (listening.get(organizationId) ?? []).filter(
          ({ provider }) => provider === asked.provider.provider,
        ),
      };
      if (concerned.workflows.length + concerned.sources.length === 0) continue;
      // other organisations are not kept from theirs, whatever it is
      const { stored, failure } = await ask(poller, asked, organizationId, concerned).catch((error) => ({
        stored: 0,
        failure: redact(reasonOf(error)),
      }));
      done.stored += stored;
      if (failure !== null) done.failures.push(`${organizationId}: ${failure}`);
    }
  }
  return done;
}

async function ask(
  poller: Poller,
  asked: Asked,
  organizationId: string,
  concerned: Concerned,
): Promise<{ stored: number; failure: string | null }> {
  const db = poller.databases.inOrganization(organizationId);
  const source = await ensureSource(poller, asked, organizationId);
  const began = new Date();
  // one that was never asked has nothing to make up for but the time until it was its turn
  const last = source.lastSyncAt?.getTime() ?? began.getTime() - milliseconds(poller.every);
  const since = new Date(last - overlapMs);
  let stored = 0;
  let seen = 0;
  const unseen = new Set<string>();
  const ifSeen: Asking['ifSeen'] = async (question) => {
    try {
      const answer = await question();
      seen += 1;
      return answer;
    } catch (error) {
      if (!(error instanceof PermanentFailure)) throw error;
      unseen.add(redact(reasonOf(error)));
      return null;
    }
  };
  let failure: string | null = null;
  try {
    const asking = { db, services: poller.servicesOf(organizationId), ...concerned, since, ifSeen };
    for (const question of asked.questions) {
      for await (const missed of question(asking)) {
        poller.signal.throwIfAborted();
        if (await store(poller, asked, organizationId, source.id, missed)) stored += 1;
      }
    }
  } catch (error) {
    // a limit or an outage: the next pass asks again
    failure = redact(reasonOf(error));
  }
  // where nothing is seen at all, such as with a token that is taken back, all of it is asked for again
  const hasFailed = failure !== null || (unseen.size > 0 && seen === 0);
  const problems = [...unseen, ...(failure === null ? [] : [failure])].join('; ') || null;
  await db.events(async (em) => {
    const row = await em.findOneOrFail(EventSource, { id: source.id });
    const next = new Date(Date.now() + milliseconds(poller.every));
    if (problems !== null) row.recordFailure(new Date(), problems, next);
    if (!hasFailed) row.recordSuccess(began, next);
  });
  return { stored, failure: problems };
}

/** What is asked for has a source, too, which says when that last succeeded. */
async function ensureSource(
  { databases, every }: Poller,
  { provider: { provider }, name }: Asked,
  organizationId: string,
): Promise<EventSource> {
  const id = deriveId(organizationId, 'event-source', 'asked', provider);
  const row = { id, organizationId, provider, syncIntervalMs: milliseconds(every) };
  // the organisation may have taken the name before it was ours
  const names = [askedName(name), `${askedName(name)} (${id})`];
  return databases.inOrganization(organizationId).events(async (em) => {
    await insertRows(
      em,
      EventSource,
      names.map((one) => ({ ...row, name: one })),
    );
    return em.findOneOrFail(EventSource, { id });
  });
}

async function store(
  { databases, handlers }: Poller,
  { provider }: Asked,
  organizationId: string,
  sourceId: string,
  { headers, body, source }: Missed,
): Promise<boolean> {
  const delivery = { raw: Buffer.alloc(0), now: Date.now(), header: (name: string) => headers[name] };
  const told = provider.read(delivery, body);
  if (!told) throw new Error(`what was asked of ${provider.provider} has not the shape of its webhooks`);
  const { isNew } = await storeArrival(databases, organizationId, {
    id: randomUUID(),
    source: { id: source?.id ?? sourceId, provider: provider.provider },
    told,
    body,
    handlers: handlersOf(handlers, provider.provider, told.eventType).map((handler) => handler.name),
  });
  return isNew;
}
