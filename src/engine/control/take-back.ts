/** What becomes of each thing that a cancelled workflow left, by the policy that was given. */
import type { OperationRequest, Trace } from '../define.ts';

export const takeBackActions = ['keep', 'close', 'delete'] as const;

export type TakeBackAction = (typeof takeBackActions)[number];

export type CancelPolicy = {
  /** GitHub keeps pull requests for ever, so they are kept or closed. */
  pullRequests: 'keep' | 'close';
  /** A branch is there or not. */
  branches: 'keep' | 'delete';
  issues: TakeBackAction;
};

/** Nothing is left at work, and nothing is lost. */
export const gentlePolicy: CancelPolicy = { pullRequests: 'close', branches: 'keep', issues: 'close' };

export type Fate = {
  trace: Trace;
  action: TakeBackAction;
  /** Null where it is kept. */
  request: OperationRequest | null;
  /** Why it is kept although the policy says otherwise. */
  because: string | null;
};

/** In the order in which it is to be done: agents stop before what they work on goes. */
export function fatesOf(traces: readonly Trace[], policy: CancelPolicy): Fate[] {
  const keptPulls =
    policy.pullRequests === 'keep' ? traces.filter(({ kind }) => kind === 'pull-request') : [];
  const needed = new Set(keptPulls.flatMap(({ branches = [] }) => branches));
  const wanted: Record<Trace['kind'], TakeBackAction> = {
    'agent-run': 'close',
    'pull-request': policy.pullRequests,
    branch: policy.branches,
    issue: policy.issues,
  };
  const order: Trace['kind'][] = ['agent-run', 'pull-request', 'branch', 'issue'];
  return order.flatMap((kind) =>
    traces
      .filter((trace) => trace.kind === kind)
      .map((trace) => {
        if (kind === 'branch' && wanted.branch === 'delete' && needed.has(trace.id)) {
          return kept(trace, 'a pull request that is kept needs it');
        }
        const action = wanted[kind];
        const request = action === 'keep' ? null : (trace[action] ?? null);
        return request ? { trace, action, request, because: null } : kept(trace, null);
      }),
  );
}

const kept = (trace: Trace, because: string | null): Fate => ({
  trace,
  action: 'keep',
  request: null,
  because,
});
