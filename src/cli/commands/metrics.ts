import { Command } from 'commander';
import type { Metrics } from '../../client/index.ts';
import { findApi, withApi } from '../find-api.ts';
import type { Options } from '../listing.ts';
import { print, printJson } from '../output.ts';
import { duration, spaced } from '../style.ts';
import { tableLines } from '../table.ts';
import { asTime } from '../workflow-options.ts';

type MetricsOptions = Options & { from?: string; to?: string };

export function metricsCommand(): Command {
  return withApi(new Command('metrics'))
    .description('how it goes: workflows by state, how long stages took, how operations ended')
    .option('--from <time>', 'such as 2026-12-01T09:00 (a day before the end)', asTime)
    .option('--to <time>', 'the end (now)', asTime)
    .option('--json', 'for programs')
    .action(async ({ json, demo = false, ...span }: MetricsOptions) => {
      const metrics = await (await findApi({ demo })).metrics.get(span);
      if (json) return printJson(metrics);
      for (const line of linesOf(metrics)) print(line);
    });
}

function linesOf({ from, to, workflows, completed, stages, operations }: Metrics): string[] {
  const took = (ms: number | null) => (ms === null ? '–' : duration(ms));
  const all = Object.entries(workflows).map(([state, number]) => `${number} ${state}`);
  const lasted = [
    ['', 'completed', 'half within', '95 % within'],
    ['workflows', String(completed.count), took(completed.p50Ms), took(completed.p95Ms)],
    ...stages.map(({ stage, count, p50Ms, p95Ms }) => [
      spaced(stage),
      String(count),
      took(p50Ms),
      took(p95Ms),
    ]),
  ];
  const ended = [
    ['', 'succeeded', 'failed', 'cancelled', 'half within', '95 % within'],
    ...operations.map((one) => [
      `${one.service} ${one.type}`,
      ...[one.succeeded, one.failed, one.cancelled].map(String),
      took(one.p50Ms),
      took(one.p95Ms),
    ]),
  ];
  return [
    `Workflows now: ${all.join(', ')}`,
    `From ${from} to ${to}:`,
    ...tableLines(lasted),
    ...(operations.length > 0 ? ['', ...tableLines(ended)] : []),
  ];
}
