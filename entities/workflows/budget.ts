/** What a workflow may spend; what is left out has no limit. The same words stand in options and in the API. */
export type Budget = {
  /** For agents, in US dollars, as far as they tell. */
  money?: number;
  /** Of agents, read and written, as far as they tell. */
  tokens?: number;
  /** From its start on, such as `8h`; what it waits for people does not count. */
  wallClock?: string;
  agentRuns?: number;
  /** Agent runs that mend what did not pass. */
  repairRounds?: number;
  /** What happens when it is spent: wait until somebody raises it, or fail. `wait` where it says nothing. */
  onSpent?: 'wait' | 'fail';
};
