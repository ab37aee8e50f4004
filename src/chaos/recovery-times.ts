/**
 * How long what a fault hit took to go on, worked out from the journal after the run. Precisely (times from the fault's
 * beginning, for each piece of work on its own):
 *
 * - Hit by `kill` and `pause`: each operation that this process held a claim on, and each durable function (stage or
 *   step) whose last change was this process's and which had nothing left to wait for, so that it was its turn.
 * - Hit by `flush`, `restart-redis`, `restart-postgres`, and by `cut`, `stall` and `black-hole` of Redis or PostgreSQL:
 *   every open operation and every durable function whose turn it was, of all workflows.
 * - Hit by what a service or the way to it does: each operation at that service that was put off or missed an attempt
 *   while the fault lasted or within 10 s; its time begins when it was put off.
 * - An operation goes on with the next claim on it, or when it ends; a durable function when it, or something it
 *   performs, changes next. Being put back in line counts as nothing but the first part of the time.
 *
 * Work that waited for its time (a poll of an agent's run, a rate limit) before the fault is measured from that time, if
 * it comes after the fault.
 *
 * Faults overlap. What else lasted or happened before the work went on is named in `meanwhile`: a worker that is killed
 * while nobody reaches Redis is not taken over before Redis is back, and says nothing of how soon kills are noticed.
 */
import type { Happened } from './inject.ts';
import type { Entry } from './journal.ts';

export type Recovery = {
  fault: Happened;
  /** `operation start-agent-run` or `stage completion`, as people call it. */
  what: string;
  workflowId: string;
  /** From the fault until it went on, milliseconds; null where it never did. */
  tookMs: number | null;
  /** What this time was made of; together they are `tookMs`. */
  parts: { name: string; ms: number }[];
  /** Other faults of processes, the queue or PostgreSQL that lasted or happened before it went on. */
  meanwhile: Happened[];
};

const over = ['succeeded', 'failed', 'cancelled', 'completed', 'skipped'];
const isOver = ({ status }: Entry): boolean => over.includes(status);
const afterwardsMs = 10_000;

const scopeOf = ({ stageId, scope }: Entry): string => `${stageId}/${scope}`;

type State = {
  /** Latest entry of each row that is not over. */
  open: Map<string, Entry>;
  /** Latest entry in each durable function, of its row or of what it performs. */
  lastIn: Map<string, Entry>;
};

export function recoveries(journal: readonly Entry[], faults: readonly Happened[]): Recovery[] {
  const ofRow = Map.groupBy(journal, ({ id }) => id);
  const ofScope = Map.groupBy(journal, scopeOf);
  const ofStage = Map.groupBy(journal, ({ stageId }) => stageId);
  const later: Later = {
    ofRow: ({ id }) => ofRow.get(id) ?? [],
    // a stage goes on in its steps, too
    ofFunction: (row) => (row.of === 'stage' ? ofStage.get(row.stageId) : ofScope.get(scopeOf(row))) ?? [],
  };
  const state: State = { open: new Map(), lastIn: new Map() };
  const found: Measured[] = [];
  const inOrder = faults.toSorted((a, b) => a.began - b.began);
  let next = 0;
  for (const fault of inOrder) {
    for (let entry = journal[next]; entry && entry.at <= fault.began; entry = journal[++next]) {
      if (isOver(entry)) state.open.delete(entry.id);
      else state.open.set(entry.id, entry);
      state.lastIn.set(scopeOf(entry), entry);
    }
    if (isOfProcess(fault)) {
      if (fault.pid !== undefined) found.push(...ofProcess(fault, fault.pid, state, later));
    } else if (isOfAll(fault)) found.push(...ofAll(fault, state, later));
    else found.push(...ofService(fault, ofRow.values()));
  }
  const disturbing = inOrder.filter((fault) => isOfProcess(fault) || isOfAll(fault) || slowsAll(fault));
  return found.map(({ wentOnAt, ...recovery }) => ({
    ...recovery,
    meanwhile: disturbing.filter(
      (other) =>
        other !== recovery.fault &&
        other.ended >= recovery.fault.began &&
        other.began < (wentOnAt ?? Number.POSITIVE_INFINITY),
    ),
  }));
}

type Measured = Omit<Recovery, 'meanwhile'> & { wentOnAt: number | undefined };

const isOfProcess = ({ kind }: Happened): boolean => kind === 'kill' || kind === 'pause';

function isOfAll(fault: Happened): boolean {
  if ('server' in fault) {
    return fault.kind !== 'slow' && (fault.server === 'redis' || fault.server === 'postgres');
  }
  return ['flush', 'restart-redis', 'restart-postgres'].includes(fault.kind);
}

const slowsAll = (fault: Happened): boolean =>
  fault.kind === 'slow' && (fault.server === 'redis' || fault.server === 'postgres');

/** All entries of a row, or of a durable function and what it performs. */
type Later = { ofRow(entry: Entry): Entry[]; ofFunction(row: Entry): Entry[] };

function ofProcess(fault: Happened, pid: number, state: State, all: Later): Measured[] {
  const isIts = ({ actor }: Entry) => actor.endsWith(`/${pid}`);
  const held = [...state.open.values()].filter(
    (entry) => entry.of === 'operation' && entry.token !== null && isIts(entry),
  );
  const functions = functionsAtWork(state).filter((row) => isIts(state.lastIn.get(scopeOf(row)) ?? row));
  return [
    ...held.map((entry) => ofOperation(fault, entry, all)),
    ...functions.map((row) => ofFunction(fault, row, all)),
  ];
}

function ofAll(fault: Happened, state: State, all: Later): Measured[] {
  const operations = [...state.open.values()].filter((entry) => entry.of === 'operation');
  return [
    ...operations.map((entry) => ofOperation(fault, entry, all)),
    ...functionsAtWork(state).map((row) => ofFunction(fault, row, all)),
  ];
}

/** Rows of durable functions that wait for nothing below them and for nobody: it is their turn. */
function functionsAtWork({ open }: State): Entry[] {
  const busy = new Set<string>();
  for (const entry of open.values()) {
    if (entry.of === 'operation') busy.add(scopeOf(entry));
    if (entry.of === 'step') busy.add(entry.stageId);
  }
  return [...open.values()].filter(
    (entry) =>
      entry.of !== 'operation' &&
      !busy.has(scopeOf(entry)) &&
      !(entry.of === 'stage' && busy.has(entry.stageId)) &&
      (entry.status === 'queued' || entry.status === 'running'),
  );
}

/** It goes on with another claim, or by ending. */
function ofOperation(fault: Happened, before: Entry, all: Later): Measured {
  const later = all.ofRow(before).filter((entry) => entry.at > fault.began);
  const goesOn = later.find(
    (entry) => isOver(entry) || (entry.token !== null && entry.token !== before.token),
  );
  const back = later.find((entry) => entry.incarnation > before.incarnation);
  const from = Math.max(fault.began, before.waitingUntil ?? 0);
  const claimEnds =
    before.token === null ? from : Math.max(from, Math.min(leaseOf(later, before), goesOn?.at ?? 0));
  return recovery(fault, before, from, goesOn?.at, [
    whileItLasted(fault),
    { name: 'until the claim of the one before ran out', at: isOfProcess(fault) ? claimEnds : from },
    { name: 'until it was put back in line', at: back?.at ?? from },
    { name: 'in line', at: goesOn?.at ?? from },
  ]);
}

/** Until when the claim that stood at the fault was made to last, also by those that were on their way. */
function leaseOf(later: readonly Entry[], before: Entry): number {
  const same = later.filter(({ token }) => token === before.token);
  return Math.max(before.leaseUntil ?? 0, ...same.map(({ leaseUntil }) => leaseUntil ?? 0));
}

function ofFunction(fault: Happened, row: Entry, all: Later): Measured {
  const later = all.ofFunction(row).filter((entry) => entry.at > fault.began);
  const isRequeue = (entry: Entry) => entry.of !== 'operation' && entry.status === 'queued';
  const goesOn = later.find((entry) => !isRequeue(entry));
  const back = later.find(isRequeue);
  return recovery(fault, row, fault.began, goesOn?.at, [
    whileItLasted(fault),
    { name: 'until it was put back in line', at: back?.at ?? fault.began },
    { name: 'in line', at: goesOn?.at ?? fault.began },
  ]);
}

/** Nobody can go on while a server is down or out of reach; a process that stands still keeps nobody else from it. */
const whileItLasted = (fault: Happened) => ({
  name: 'while the fault lasted',
  at: isOfProcess(fault) ? fault.began : fault.ended,
});

function ofService(fault: Happened, rows: Iterable<Entry[]>): Measured[] {
  const service = 'service' in fault ? fault.service : 'server' in fault ? fault.server : null;
  if (service === null || fault.kind === 'slow') return [];
  const found: Measured[] = [];
  for (const entries of rows) {
    if (entries[0]?.of !== 'operation' || serviceOf(entries[0]) !== service) continue;
    const index = entries.findIndex(
      (entry, place) =>
        entry.at >= fault.began &&
        entry.at <= fault.ended + afterwardsMs &&
        entries[place - 1]?.status === 'running' &&
        (entry.status === 'unknown' || (entry.waitingOn ?? '').includes('limit')),
    );
    const missed = entries[index];
    if (!missed) continue;
    const goesOn = entries.slice(index + 1).find((entry) => entry.token !== null || isOver(entry));
    const asked = Math.max(missed.at, Math.min(missed.waitingUntil ?? 0, goesOn?.at ?? 0));
    found.push(
      recovery(fault, missed, missed.at, goesOn?.at, [
        { name: 'as the service asked to wait', at: asked },
        { name: 'until it was tried again', at: goesOn?.at ?? asked },
      ]),
    );
  }
  return found;
}

const agentOperations = ['start-agent-run', 'follow-up-agent-run', 'await-agent-run', 'publish-branch'];
const linearOperations = [
  'attach-link',
  'comment-on-issue',
  'create-issue',
  'ensure-label',
  'read-team',
  'relate-issues',
  'set-issue-state',
];

function serviceOf({ name }: Entry): 'codegen' | 'linear' | 'github' {
  if (agentOperations.includes(name)) return 'codegen';
  return linearOperations.includes(name) ? 'linear' : 'github';
}

/** @param ends when each part was over; a part that ended before the one ahead of it took no time */
function recovery(
  fault: Happened,
  { of, name, workflowId }: Entry,
  from: number,
  wentOnAt: number | undefined,
  ends: { name: string; at: number }[],
): Measured {
  const what = `${of} ${name}`;
  if (wentOnAt === undefined) return { fault, what, workflowId, wentOnAt, tookMs: null, parts: [] };
  const parts: Recovery['parts'] = [];
  let reached = from;
  for (const { name: part, at } of ends) {
    const until = Math.min(Math.max(at, reached), Math.max(wentOnAt, from));
    if (until > reached) parts.push({ name: part, ms: until - reached });
    reached = until;
  }
  return { fault, what, workflowId, wentOnAt, tookMs: Math.max(0, wentOnAt - from), parts };
}

/** The value below which this share of them lies; null of none. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null;
}
