/**
 * Which faults happen when, drawn from a seed: the same seed with the same options gives the same plan, on every
 * machine. What a fault hits is not in the plan: that is up to what is at work when its time comes.
 */
import type { FaultKind, Server, Service, Surroundings } from './kinds.ts';
import { servers, services } from './kinds.ts';
import { type Random, seededRandom } from './random.ts';

/** Times in milliseconds. */
export type FaultDetails =
  | { kind: 'kill'; worker: number }
  | { kind: 'kill-api' }
  | { kind: 'pause'; worker: number; lastsMs: number }
  | { kind: 'flush' }
  | { kind: 'restart-redis'; how: 'stopped' | 'killed' | 'emptied'; downMs: number }
  | { kind: 'restart-postgres'; how: 'fast' | 'immediate'; downMs: number }
  | { kind: 'cut'; server: Server; lastsMs: number }
  | { kind: 'stall'; server: Server; lastsMs: number }
  | { kind: 'black-hole'; server: Server; lastsMs: number }
  | { kind: 'slow'; server: Server; lastsMs: number; delayMs: number }
  | { kind: 'drop-reply'; service: Service; times: number }
  | { kind: 'server-error'; service: Service; times: number }
  | { kind: 'throttle'; service: Service; times: number; retryAfterSeconds: number }
  | { kind: 'redeliver'; webhooks: number };

/** `at`: milliseconds after the first workflow was put in. */
export type PlannedFault = FaultDetails & { at: number };

export type PlanOptions = Surroundings & {
  seed: number;
  /** Over which faults happen, milliseconds. */
  lastsMs: number;
  kinds: readonly FaultKind[];
  /** Kinds that come at a steady pace besides, with their pause, milliseconds. */
  every?: Partial<Record<FaultKind, number>>;
  /** How long a worker's hold on its work stands, milliseconds: what a pause is measured by. */
  lockMs: number;
};

/** Workflows are left this long to get going. */
const quietStartMs = 2_000;
/** Between two faults. */
const pauseMs = { least: 1_500, most: 6_000 };

/** In the order of time. Of the kinds each comes once before any comes again. */
export function planFaults(options: PlanOptions): PlannedFault[] {
  const { lastsMs, kinds, every = {} } = options;
  const random = seededRandom(options.seed);
  const plan: PlannedFault[] = [];
  const drawn = kinds.filter((kind) => every[kind] === undefined);
  let bag: FaultKind[] = [];
  for (let at = quietStartMs; drawn.length > 0; at += random.between(pauseMs.least, pauseMs.most)) {
    if (at >= lastsMs) break;
    if (bag.length === 0) bag = random.shuffled(drawn);
    plan.push({ at, ...detailsOf(bag.pop() as FaultKind, random, options) });
  }
  for (const [kind, pause] of Object.entries(every) as [FaultKind, number][]) {
    for (let at = pause; at < lastsMs; at += pause) {
      plan.push({ at, ...detailsOf(kind, random, options) });
    }
  }
  return plan.sort((a, b) => a.at - b.at);
}

function detailsOf(kind: FaultKind, random: Random, { workers, backend, lockMs }: PlanOptions): FaultDetails {
  const { between, oneOf } = random;
  const worker = () => between(0, workers - 1);
  const reachable = servers.filter((server) => server !== 'redis' || backend === 'redis');
  switch (kind) {
    case 'kill':
      return { kind, worker: worker() };
    case 'kill-api':
    case 'flush':
      return { kind };
    case 'pause':
      return { kind, worker: worker(), lastsMs: between(2 * lockMs, 3 * lockMs) };
    case 'restart-redis':
      return { kind, how: oneOf(['stopped', 'killed', 'emptied']), downMs: between(0, 2_000) };
    case 'restart-postgres':
      return { kind, how: oneOf(['fast', 'immediate']), downMs: between(0, 1_500) };
    case 'cut':
      return { kind, server: oneOf(reachable), lastsMs: between(0, 1_500) };
    case 'stall':
      return { kind, server: oneOf(reachable), lastsMs: between(500, 2 * lockMs) };
    case 'black-hole':
      return { kind, server: oneOf(reachable), lastsMs: between(500, 2 * lockMs) };
    case 'slow':
      return { kind, server: oneOf(reachable), lastsMs: between(2_000, 8_000), delayMs: between(5, 60) };
    case 'drop-reply':
      return { kind, service: oneOf(services), times: between(1, 4) };
    case 'server-error':
      return { kind, service: oneOf(services), times: between(1, 4) };
    case 'throttle':
      return { kind, service: oneOf(services), times: between(1, 6), retryAfterSeconds: between(1, 3) };
    case 'redeliver':
      return { kind, webhooks: between(5, 60) };
  }
}

/** `worker 2`, `redis for 1.2 s`: what of a fault is not said by its kind. */
export function describeDetails(fault: FaultDetails): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  switch (fault.kind) {
    case 'kill':
      return `worker ${fault.worker + 1}`;
    case 'pause':
      return `worker ${fault.worker + 1} for ${seconds(fault.lastsMs)}`;
    case 'kill-api':
    case 'flush':
      return '';
    case 'restart-redis':
    case 'restart-postgres':
      return `${fault.how}, down for ${seconds(fault.downMs)}`;
    case 'slow':
      return `${fault.server} by ${fault.delayMs} ms for ${seconds(fault.lastsMs)}`;
    case 'cut':
    case 'stall':
    case 'black-hole':
      return `${fault.server} for ${seconds(fault.lastsMs)}`;
    case 'throttle':
      return `${fault.service}, ${fault.times} requests, retry after ${fault.retryAfterSeconds} s`;
    case 'redeliver':
      return `the last ${fault.webhooks}`;
    case 'drop-reply':
    case 'server-error':
      return `${fault.service}, ${fault.times} requests`;
  }
}
