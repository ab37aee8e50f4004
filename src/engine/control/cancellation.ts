/**
 * Takes back what a cancelled workflow left: a stage outside the workflow's list, with its own queue and row, so that it
 * goes on after a crash and does each thing once. It waits for what was in flight, stops agents first, and goes by the
 * policy of the signal; what cannot be taken back is told on the workflow's row and keeps nothing else from being done.
 */
import { defineStage, type Settled, type StageContext } from '../define.ts';
import { OperationFailed } from '../errors.ts';
import { type CancelPolicy, type Fate, fatesOf, gentlePolicy } from './take-back.ts';

export const cancellation = defineStage({
  name: 'cancellation',
  timeout: '1h',
  async run(context) {
    const policy: CancelPolicy = { ...gentlePolicy, ...context.cause?.payload };
    const failures = new Map<string, string>();
    let unclear: Settled['unclear'] = [];
    for (const kind of ['agent-run', 'pull-request', 'branch', 'issue'] as const) {
      // Read anew for each kind: an agent that was stopped may have opened a pull request of which nobody knew.
      const settled = await context.settleOthers();
      unclear = settled.unclear;
      const fates = fatesOf(settled.left, policy);
      const due = fates.filter(({ trace, request }) => trace.kind === kind && request);
      for (const [what, why] of await takeBack(context, due)) failures.set(what, why);
    }
    const lost = unclear.map(({ operationType, errorMessage }) => [operationType, errorMessage] as const);
    const remarks = [
      ...remark('It could not be taken back', [...failures]),
      ...remark('It could not be found out what these have done', lost),
    ];
    await context.remember({ errorMessage: remarks.join('\n') || null });
  },
});

const remark = (what: string, why: readonly (readonly [string, string | null | undefined])[]): string[] =>
  why.length > 0 ? [`${what}: ${why.map(([name, reason]) => `${name} (${reason})`).join('; ')}`] : [];

/** Side by side; gives what failed, and why. */
async function takeBack(context: StageContext, fates: readonly Fate[]): Promise<[string, string][]> {
  const wish = ({ trace, action, request }: Fate) =>
    [`${action}/${trace.kind}/${trace.id}`, request as NonNullable<Fate['request']>] as const;
  await orFailure(context.performAll(fates, wish));
  const failed: [string, string][] = [];
  for (const fate of fates) {
    const failure = await orFailure(context.perform(...wish(fate)));
    if (failure) failed.push([`${fate.trace.kind} ${fate.trace.name}`, failure.message]);
  }
  return failed;
}

const orFailure = (work: Promise<unknown>): Promise<OperationFailed | null> =>
  work.then(
    () => null,
    (error: unknown) => {
      if (error instanceof OperationFailed) return error;
      throw error;
    },
  );
