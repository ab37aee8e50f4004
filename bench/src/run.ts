/**
 * `npm run bench [-- --workflows 400 --rounds 3 --samples 40]`: all contenders side by side, in one run, by turns, so that
 * what the machine does besides hits each alike. Prints a table; writes docs/benchmarks.md and docs/benchmarks.json.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { type Servers, warmUp } from './contender.ts';
import { type ContenderName, contenders, type Figures } from './measure.ts';
import { type Result, report, summary } from './report.ts';
import { startServers } from './servers.ts';
import { spaceTaken } from './space.ts';
import { beginWatching, type Spent, statementsSince, watchStatements } from './statements.ts';

const { values } = parseArgs({
  options: {
    workflows: { type: 'string', default: '400' },
    rounds: { type: 'string', default: '3' },
    samples: { type: 'string', default: '40' },
  },
});
const workflows = wholeNumber(values.workflows);
const rounds = wholeNumber(values.rounds);
const samples = wholeNumber(values.samples);

// whoever reads the figures should know what else the machine had to do
const loadBefore = os.loadavg()[0] ?? 0;
const { servers, stop } = await startServers();
const runs = new Map<ContenderName, (Figures & { bytes: { redis: number; postgres: number } })[]>();
try {
  for (let round = 1; round <= rounds; round++) {
    for (const name of Object.keys(contenders) as ContenderName[]) {
      const space = await spaceTaken(servers);
      const figures = await measure(servers, name);
      const bytes = await space.perWorkflow(warmUp + workflows + samples);
      runs.set(name, [...(runs.get(name) ?? []), { ...figures, bytes }]);
      console.error(`round ${round}: ${name}, ${figures.workflowsPerSecond.toFixed(1)} workflows/s`);
    }
  }
} finally {
  await stop();
}

const inside = await lookInside();

const results: Result[] = [...runs].map(([name, of]) => ({
  name,
  workflowsPerSecond: median(of.map((run) => run.workflowsPerSecond)),
  latencyP50Ms: quantile(
    of.flatMap((run) => run.latenciesMs),
    0.5,
  ),
  latencyP95Ms: quantile(
    of.flatMap((run) => run.latenciesMs),
    0.95,
  ),
  statementsPerStage: median(of.map((run) => run.statementsPerStage)),
  redisCommandsPerStage: median(of.map((run) => run.redisCommandsPerStage)),
  ownMs: median(of.map((run) => run.effort.own)),
  redisMs: median(of.map((run) => run.effort.redis)),
  postgresMs: median(of.map((run) => run.effort.postgres)),
  backlogEvents: median(of.map((run) => run.backlog.events)),
  backlogSeconds: median(of.map((run) => run.backlog.seconds)),
  redisBytes: median(of.map((run) => run.bytes.redis)),
  postgresBytes: median(of.map((run) => run.bytes.postgres)),
}));
const setting = {
  workflows,
  rounds,
  samples,
  cores: os.availableParallelism(),
  loadBefore,
  node: process.version,
};
await writeFile(
  new URL('../../docs/benchmarks.json', import.meta.url),
  `${JSON.stringify({ setting, results, inside }, null, 2)}\n`,
);
await writeFile(new URL('../../docs/benchmarks.md', import.meta.url), report(setting, results, inside));
console.log(summary(results, inside));

/** Apart from the rounds, because to watch takes time too. */
async function lookInside(): Promise<Spent[]> {
  const { servers: watched, stop: end } = await startServers(watchStatements);
  try {
    await beginWatching(watched);
    await measure(watched, 'graph-sitter-workflows, Redis');
    return await statementsSince(watched, workflows + samples);
  } finally {
    await end();
  }
}

async function measure(at: Servers, name: ContenderName): Promise<Figures> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [fileURLToPath(new URL('measure.ts', import.meta.url)), name, String(workflows), String(samples)],
    { env: { ...process.env, BENCH_SERVERS: JSON.stringify(at) }, timeout: 900_000, maxBuffer: 2 ** 24 },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  console.error(`"${text}" is no whole number above 0.`);
  process.exit(2);
}

function median(numbers: number[]): number {
  return quantile(numbers, 0.5);
}

function quantile(numbers: number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
