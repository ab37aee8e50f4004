/** The figures for people: a table, and a page with a chart. */

export type Result = {
  name: string;
  workflowsPerSecond: number;
  latencyP50Ms: number;
  latencyP95Ms: number;
  statementsPerStage: number;
  redisCommandsPerStage: number;
  redisBytes: number;
  postgresBytes: number;
};

export type Setting = { workflows: number; rounds: number; samples: number; cores: number; node: string };

const baseline = 'bare BullMQ';

export function table(results: Result[]): string {
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

export function report(setting: Setting, results: Result[]): string {
  const { workflows, rounds, samples, cores, node } = setting;
  return `# Benchmarks

Made by \`npm run bench\`; do not edit. Workflows of eight stages that do nothing, persisted as in production, beside others that
run the same chain: ${workflows} at the same time for the throughput, ${samples} one after another on an idle system for the
latency, ${rounds} rounds by turns, medians. ${cores} cores, Node ${node}, PostgreSQL and Redis on the same machine, both durable
(fsync; append-only file each second). Only the ratios inside one run mean something.

${table(results)}

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
