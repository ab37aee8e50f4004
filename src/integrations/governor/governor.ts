/**
 * Stands between the adapters and HTTP: lets no request go before the service allows it, whichever worker sends it. What is
 * allowed is learned from answers. A request that would have to wait long comes back later instead, without an attempt spent.
 */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RetryLater, reasonOf } from '../../engine/errors.ts';
import { rightToAct } from '../../engine/right-to-act.ts';
import { callsPutOff } from '../../telemetry/metrics.ts';
import { noteBudgets } from '../../telemetry/rate-budgets.ts';
import { reserve } from './reservations.ts';
import type { SharedState } from './shared-state.ts';
import { type Call, emptyState, type Learned, learn, type Rules, type State, take } from './state.ts';

/** What a request is going to take: all of a call but its id. */
export type Wanted = Omit<Call, 'id' | 'fanOut'>;

export type Governor = {
  /**
   * Sends when it may. Throws {@link RetryLater} where that would take too long.
   * @param account whose limits count: the id of a credential, never the secret
   * @param tell reads an answer, or what was thrown instead; undefined where the service said nothing
   */
  send<Answer>(
    account: string,
    rules: Rules,
    wanted: Wanted,
    request: () => Promise<Answer>,
    tell: (answer: { value: Answer } | { thrown: unknown }, now: number) => Learned | undefined,
  ): Promise<Answer>;
  /**
   * To be called before several calls are begun side by side: keeps what they will take of the budgets for them. Throws
   * {@link RetryLater} where too little is left; then none should be begun.
   * @param fanOut that of the right in whose name they will be sent
   * @param budgets of all of them together
   */
  reserve(
    account: string,
    rules: Rules,
    fanOut: string,
    budgets: Wanted['budgets'],
    calls: number,
  ): Promise<void>;
  close(): Promise<void>;
};

/** What a worker's slot may be held for a pause, milliseconds. */
const patienceMs = 2_000;
/** When to come back where the shared state cannot be reached, milliseconds. */
const outageMs = 2_000;

export function createGovernor(shared: SharedState): Governor {
  async function change<Result>(key: string, work: (state: State, now: number) => Result): Promise<Result> {
    try {
      return await shared.change(key, (text, now) => {
        const state = text === null ? emptyState() : (JSON.parse(text) as State);
        const result = work(state, now);
        return { text: JSON.stringify(state), result };
      });
    } catch (error) {
      // without it nobody knows what is allowed; the queue, which is kept in the same place, does not go on either
      throw new RetryLater(outageMs, `the shared state of rate limits (${reasonOf(error)})`);
    }
  }

  return {
    async send(account, rules, wanted, request, tell) {
      const key = keyOf(rules.service, account);
      const call = { ...wanted, id: randomUUID(), fanOut: rightToAct()?.fanOut };
      let hasTurn = false;
      for (let waited = 0; ; ) {
        const left = patienceMs - waited;
        const verdict = await change(key, (state, now) => take(state, now, rules, call, left, hasTurn));
        if (verdict.go) break;
        if (verdict.inMs > left && !(verdict.hasTurn && verdict.inMs <= patienceMs)) {
          callsPutOff.inc({ service: rules.service });
          throw new RetryLater(verdict.inMs, verdict.reason);
        }
        hasTurn = verdict.hasTurn;
        await sleep(verdict.inMs);
        waited += verdict.inMs;
      }
      const settle = async (outcome: Parameters<typeof tell>[0]) => {
        await change(key, (state, now) => {
          learn(state, now, rules, call, tell(outcome, now));
          noteBudgets(rules.service, key, state.budgets);
        });
      };
      let value: Awaited<ReturnType<typeof request>>;
      try {
        value = await request();
      } catch (thrown) {
        await settle({ thrown }).catch(() => undefined);
        throw thrown;
      }
      // it has had its effect: that what it told is lost must not look like a failure
      await settle({ value }).catch(() => undefined);
      return value;
    },
    async reserve(account, rules, fanOut, budgets, calls) {
      const verdict = await change(keyOf(rules.service, account), (state, now) =>
        reserve(state, now, rules, fanOut, budgets, calls),
      );
      if (verdict.go) return;
      callsPutOff.inc({ service: rules.service });
      throw new RetryLater(verdict.inMs, verdict.reason);
    },
    close: () => shared.close(),
  };
}

const keyOf = (service: string, account: string): string =>
  createHash('sha256').update(`${service}\n${account}`).digest('hex').slice(0, 32);
