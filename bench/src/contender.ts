/** What each side of the comparison has to offer: chains of eight jobs that do nothing, run to their end. */

export const stages = [
  'project_selection',
  'requirements_input',
  'requirements_decomposition',
  'linear_issue_creation',
  'task_execution',
  'pr_validation',
  'dev_branch_management',
  'completion',
] as const;

export type Contender = {
  /** Runs this many chains of eight at the same time; resolves when the last one is over and, where it persists, committed. */
  run(chains: number): Promise<void>;
  /** For what it does after a chain is over, such as telling others of it: how much of that is left. */
  backlog?(): Promise<number>;
  close(): Promise<void>;
};

export type Servers = {
  redisUrl: string;
  /** An administrator's URL without a database. */
  postgresUrl: string;
  /** Where a contender may keep files. */
  dataDir: string;
  /** The process id of PostgreSQL. */
  postmaster: number;
};

/** Chains that run before anything is measured. */
export const warmUp = 50;

/** Jobs of one stage at work at a time, for every contender alike. */
export const concurrency = 10;

/** Resolves when `count` chains have been reported over. */
export function countdown(count: number): { over(): void; done: Promise<void> } {
  let left = count;
  let finish = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    over: () => {
      left -= 1;
      if (left === 0) finish();
    },
    done,
  };
}
