/** How the faults of a plan are played by each service. */
import type { Fault } from '../sandbox/faults.ts';
import type { Service } from './kinds.ts';
import type { FaultDetails } from './plan.ts';

type OfServices = Extract<FaultDetails, { service: Service }>;

/** A call that changes something: only there does it matter whether the effect happened. */
const changes: Record<Service, Pick<Fault, 'method' | 'path' | 'operation'>[]> = {
  github: [
    { method: 'POST', path: /\/issues\/\d+\/comments$/ },
    { method: 'POST', path: /\/pulls$/ },
    { method: 'POST', path: /\/git\/refs$/ },
    { method: 'PUT', path: /\/pulls\/\d+\/merge$/ },
  ],
  linear: [
    { operation: 'issueCreate' },
    { operation: 'commentCreate' },
    { operation: 'issueRelationCreate' },
    { operation: 'attachmentCreate' },
  ],
  codegen: [{ method: 'POST', path: /\/agent\/run$/ }],
};

/** GitHub has its secondary limit, a 403, in the REST API alone: over git, a 403 would mean that we may not. */
const refusals: Record<Service, Pick<Fault, 'kind' | 'path'>[]> = {
  github: [{ kind: 'secondary-limit', path: /^\/repos\// }, { kind: 'too-many-requests' }],
  linear: [{ kind: 'ratelimited' }],
  codegen: [{ kind: 'too-many-requests' }],
};

export function faultsToPlay(planned: OfServices): Fault[] {
  const { service, times } = planned;
  switch (planned.kind) {
    case 'drop-reply':
      return changes[service].map((which) => ({ kind: 'drop-reply', times, ...which }));
    case 'server-error':
      return [{ kind: 'server-error', times }];
    case 'throttle':
      return refusals[service].map((refusal) => ({
        ...refusal,
        times,
        retryAfterSeconds: planned.retryAfterSeconds,
      }));
  }
}
