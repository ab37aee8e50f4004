/** The figures for people: a table, and a page with a chart. */
import type { Spent } from './statements.ts';

export type Result = {
  name: string;
  workflowsPerSecond: number;
  latencyP50Ms: number;
  latencyP95Ms: number;
  statementsPerStage: number;
  redisCommandsPerStage: number;
  /** Processor time per workflow under load, milliseconds: of the contender's own process, Redis and PostgreSQL. */
  ownMs: number;
  redisMs: number;
  postgresMs: number;
  /** What other databases had yet to hear of when the last workflow was over, and how long that took. */
  backlogEvents: number;
  backlogSeconds: number;
  redisBytes: number;
  postgresBytes: number;
};

export type Setting = {
  workflows: number;
  rounds: number;
  samples: number;
  cores: number;
  /** Processes that wanted a core in the minute before. */
  loadBefore: number;
  node: string;
};

const baseline = 'bare BullMQ';

/** For the terminal. */
export const summary = (results: Result[], inside: Spent[]): string =>
  [table(results), goals(results), effortTable(results), statementTable(inside)].join('\n\n');

function table(results: Result[]): string {
  const bare = results.find(({ name }) => name === baseline);
  const ratio = (value: number, to: number | undefined) => (to ? (value / to).toFixed(2) : '–');
  const rows = results.map((result) =>
    [
      result.name,
      result.workflowsPerSecond.toFixed(1),
      ratio(result.workflowsPerSecond, bare?.workflowsPerSecond),
      result.latencyP50Ms.toFixed(1),
      result.latencyP95Ms.toFixed(1),
      ratio(result.latencyP50Ms, bare?.latencyP50Ms),
      result.statementsPerStage.toFixed(1),
      result.redisCommandsPerStage.toFixed(1),
      Math.round(result.redisBytes),
      Math.round(result.postgresBytes),
    ].join(' | '),
  );
  return [
    '| | workflows/s | to bare | idle p50, ms | idle p95, ms | p50 to bare | SQL statements per stage | Redis commands per stage | bytes in Redis per workflow | bytes in PostgreSQL per workflow |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

/** Where the time goes. */
function effortTable(results: Result[]): string {
  const rows = results.map((result) => {
    const { name, ownMs, redisMs, postgresMs } = result;
    const each = [ownMs, redisMs, postgresMs, ownMs + redisMs + postgresMs].map((ms) => ms.toFixed(2));
    return [name, ...each, backlog(result)].join(' | ');
  });
  return [
    '| | own process | Redis | PostgreSQL | together | other databases |',
    '|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

function backlog({ name, backlogEvents, backlogSeconds }: Result): string {
  if (!name.startsWith('graph-sitter')) return 'none';
  if (backlogEvents === 0) return 'had heard of everything';
  return `${Math.round(backlogEvents)} events behind, caught up ${backlogSeconds.toFixed(2)} s later`;
}

function statementTable(inside: Spent[]): string {
  const rows = inside.map(({ database, statement, nested, callsPerWorkflow, msPerWorkflow }) =>
    [
      msPerWorkflow.toFixed(2),
      callsPerWorkflow.toFixed(2),
      database,
      nested ? 'inside' : '',
      `\`${statement}\``,
    ].join(' | '),
  );
  return [
    '| ms per workflow | calls per workflow | database | of another | statement |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

/** The goals of the bench, and whether this run reaches them. */
function goals(results: Result[]): string {
  const of = (name: string) => results.find((result) => result.name === name);
  const ours = of('graph-sitter-workflows, Redis');
  const bare = of(baseline);
  const rolled = of('hand-rolled chain');
  const transact = of('DBOS Transact');
  if (!ours || !bare || !rolled || !transact) return '';
  const line = (goal: string, figure: number, isReached: boolean) =>
    `| ${goal} | ${figure.toFixed(2)} | ${isReached ? 'yes' : 'no'} |`;
  const times = (other: Result) => ours.workflowsPerSecond / other.workflowsPerSecond;
  const latency = ours.latencyP50Ms / bare.latencyP50Ms;
  return [
    '| goal, with Redis | this run | reached |',
    '|---|---|---|',
    line("at least 0.5 of bare BullMQ's workflows/s", times(bare), times(bare) >= 0.5),
    line('at least 3 times DBOS Transact', times(transact), times(transact) >= 3),
    line('at least 2.5 times the hand-rolled chain', times(rolled), times(rolled) >= 2.5),
    line("idle p50 at most 3 times bare BullMQ's", latency, latency <= 3),
  ].join('\n');
}

/** A busy machine gives each contender another share of itself; processor time per workflow suffers least. */
const busyness = ({ cores, loadBefore }: Setting): string =>
  `load before the run: ${loadBefore.toFixed(1)}${loadBefore > cores / 2 ? ', so the machine was busy with other things and rates and latencies are not to be relied on' : ''}`;

export function report(setting: Setting, results: Result[], inside: Spent[]): string {
  const { workflows, rounds, samples, cores, node } = setting;
  return `# Benchmarks

Made by \`npm run bench\`; do not edit. Workflows of eight stages that do nothing, persisted as in production, beside others that
run the same chain: ${workflows} at the same time for the throughput, ${samples} one after another on an idle system for the
latency, ${rounds} round${rounds === 1 ? '' : 's'} by turns, medians. ${cores} cores (${busyness(setting)}), Node ${node}, PostgreSQL and Redis on the same machine, both durable
(fsync; append-only file each second). Only the ratios inside one run mean something. The same as data: [benchmarks.json](benchmarks.json).

${table(results)}

${goals(results)}

Where the time goes, milliseconds of processor time per workflow under load. Who needs more than one core gives (${cores} in this run,
shared by all of them) has to wait for it; each process of Node and each connection of PostgreSQL uses one core at a time.

${effortTable(results)}

What PostgreSQL does for \`graph-sitter-workflows, Redis\`, in a run of its own with \`pg_stat_statements\`, by the clock and so with
what it waited; statements inside of triggers and functions are part of those that led to them:

${statementTable(inside)}

Workflows per second:

\`\`\`mermaid
xychart-beta horizontal
  x-axis [${results.map(({ name }) => `"${name}"`).join(', ')}]
  y-axis "workflows/s"
  bar [${results.map((result) => result.workflowsPerSecond.toFixed(1)).join(', ')}]
\`\`\`

The contenders keep different promises. Bare BullMQ keeps nothing that Redis loses. The hand-rolled chain has rows but nothing that
puts a lost job back. graphile-worker and DBOS Transact live in PostgreSQL; DBOS needs its control plane to take over the work of
another process that died. This project's rows survive whatever the queue loses, belong to a tenant, and tell seven other databases
of every change.
`;
}
