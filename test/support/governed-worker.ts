/**
 * A worker process that has GitHub to do without end: it writes comments and reads, as fast as it is let, comes back when it is
 * told to, and says what it did when it is asked to stop.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { RetryLater } from '../../src/engine/errors.ts';
import { createGitHub } from '../../src/integrations/github/octokit.ts';
import { openGovernor } from '../../src/integrations/governor/open.ts';

export type GovernedOrders = {
  connection: Parameters<typeof openGovernor>[0];
  apiUrl: string;
  token: string;
  repository: { owner: string; name: string };
  pullRequest: number;
  writeIntervalMs: number;
  /** Tasks at a time of each kind. */
  writers: number;
  readers: number;
  /** Whether the governor is left out. */
  ungoverned: boolean;
};

export type GovernedReport = { writes: number; reads: number; refusals: string[]; putOff: number };

process.once('message', async (orders: GovernedOrders) => {
  const governor = openGovernor(orders.connection, () => undefined);
  const github = createGitHub({
    apiUrl: orders.apiUrl,
    url: orders.apiUrl,
    token: async () => ({ secret: orders.token, account: 'the one credential' }),
    writeIntervalMs: orders.writeIntervalMs,
    ...(orders.ungoverned ? {} : { governor }),
  });
  const report: GovernedReport = { writes: 0, reads: 0, refusals: [], putOff: 0 };
  let isStopping = false;
  /** Like the job of an operation: tries, and comes back when it is told to. */
  async function keepAt(work: () => Promise<unknown>, done: () => void): Promise<void> {
    while (!isStopping) {
      try {
        await work();
        done();
      } catch (error) {
        if (!(error instanceof RetryLater)) {
          report.refusals.push(String(error));
          await sleep(500);
          continue;
        }
        report.putOff += 1;
        await Promise.race([sleep(Math.max(0, error.until.getTime() - Date.now())), stopped]);
      }
    }
  }
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const { repository, pullRequest } = orders;
  const tasks = [
    ...Array.from({ length: orders.writers }, (_, index) =>
      keepAt(
        () => github.createComment(repository, pullRequest, `by ${process.pid}/${index}`),
        () => {
          report.writes += 1;
        },
      ),
    ),
    ...Array.from({ length: orders.readers }, () =>
      keepAt(
        () => github.getRepository(repository),
        () => {
          report.reads += 1;
        },
      ),
    ),
  ];
  process.once('message', async () => {
    isStopping = true;
    stop();
    await Promise.all(tasks);
    await governor.close();
    process.send?.(report, () => process.exit());
  });
});
process.send?.('ready');
