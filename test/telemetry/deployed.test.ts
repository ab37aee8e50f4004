import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { installationMetrics } from '../../src/telemetry/installation-metrics.ts';
import { registry } from '../../src/telemetry/metrics.ts';
import '../../src/telemetry/rate-budgets.ts';
import { hasPrograms } from '../support/programs.ts';

const file = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));
const read = (name: string) => readFileSync(file(name), 'utf8');

/** Every metric that some process tells, with the labels that it has. */
const told = new Map(
  [registry, installationMetrics({} as never)]
    .flatMap((each) => each.getMetricsAsArray())
    .map((metric) => [metric.name, (metric as unknown as { labelNames: string[] }).labelNames]),
);
const baseOf = (name: string) => (told.has(name) ? name : name.replace(/_(bucket|sum|count)$/, ''));

/** What is wrong with the names in a query. */
function wrongIn(query: string): string[] {
  const wrong: string[] = [];
  for (const [, name = '', labels = ''] of query.matchAll(
    /\b((?:gsw|process|nodejs)_\w+)\b(?:\{([^}]*)\})?/g,
  )) {
    const known = told.get(baseOf(name));
    if (!known) wrong.push(`${name}: nobody tells it`);
    for (const [, label = ''] of labels.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g))
      if (known && !['job', 'instance'].includes(label) && !known.includes(label))
        wrong.push(`${name} has no label ${label}`);
  }
  for (const [, labels = ''] of query.matchAll(/\bby \(([^)]*)\)/g))
    for (const label of labels.split(',').map((one) => one.trim()))
      if (label !== 'le' && ![...told.values()].flat().includes(label))
        wrong.push(`nothing has a label ${label}`);
  return wrong;
}

type Panel = { title: string; targets?: { expr: string }[] };

test('the dashboard and the alerts ask for nothing that nobody tells', () => {
  const { panels } = JSON.parse(read('grafana/dashboard.json')) as { panels: Panel[] };
  const ofPanels = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const rules = parse(read('prometheus/rules.yaml')) as { groups: { rules: { expr: string }[] }[] };
  const ofRules = rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr));
  expect(ofPanels.length).toBeGreaterThan(20);
  expect(ofRules.length).toBeGreaterThan(5);
  expect([...ofPanels, ...ofRules].flatMap(wrongIn)).toEqual([]);
  // and the check would notice
  expect(
    wrongIn('sum by (colour) (rate(gsw_nothing_total{queue="x"}[5m])) + gsw_queue_jobs{colour="red"}'),
  ).toHaveLength(3);
});

test('every metric of ours is described, and shown or alerted on', () => {
  const used = `${read('grafana/dashboard.json')} ${read('prometheus/rules.yaml')}`;
  const described = readFileSync(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');
  const ours = [...told.keys()].filter((name) => name.startsWith('gsw_'));
  expect(ours.filter((name) => !used.includes(name))).toEqual([]);
  expect(ours.filter((name) => !described.includes(name))).toEqual([]);
});

test.runIf(hasPrograms('promtool'))(
  'promtool finds nothing wrong with the rules, and they alert when they should',
  () => {
    const promtool = (...args: string[]) =>
      execFileSync('promtool', args, { stdio: 'pipe', encoding: 'utf8' });
    expect(promtool('check', 'rules', file('prometheus/rules.yaml'))).toContain('SUCCESS');
    expect(promtool('check', 'config', file('prometheus/prometheus.yaml'))).toContain('SUCCESS');
    expect(promtool('test', 'rules', file('prometheus/rules.test.yaml'))).toContain('SUCCESS');
  },
);
