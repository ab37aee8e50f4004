/** How much of the budgets of outside services is left, as the governor last heard of it in this process. */
import { Gauge } from 'prom-client';
import { registry } from './metrics.ts';

type Known = { service: string; budget: string; left: number; resetAt: number };

const known = new Map<string, Known>();

/** One label value for each credential would be too many: what is told is the one that has the least left. */
new Gauge({
  name: 'gsw_rate_budget_remaining_ratio',
  help: 'What is left of a budget that a service tells of, from 0 to 1: of all credentials, the one with the least.',
  labelNames: ['service', 'budget'],
  registers: [registry],
  collect() {
    this.reset();
    for (const [key, { resetAt }] of known) if (resetAt <= Date.now()) known.delete(key);
    for (const [at, budgets] of Map.groupBy(
      known.values(),
      ({ service, budget }) => `${service}\n${budget}`,
    )) {
      const [service = '', budget = ''] = at.split('\n');
      this.set({ service, budget }, Math.min(...budgets.map(({ left }) => left)));
    }
  },
});

/**
 * @param account tells credentials apart
 * @param budgets by their names; those without a limit are left out
 */
export function noteBudgets(
  service: string,
  account: string,
  budgets: Readonly<Record<string, { remaining: number | null; limit?: number; resetAt: number }>>,
): void {
  for (const [budget, { remaining, limit, resetAt }] of Object.entries(budgets)) {
    if (remaining === null || !limit) continue;
    const left = Math.max(0, remaining) / limit;
    known.set(`${service}\n${budget}\n${account}`, { service, budget, left, resetAt });
  }
}
