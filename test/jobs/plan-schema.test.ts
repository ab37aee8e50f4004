import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePlan } from '../../jobs/plan/plan-schema.ts';
import { findCycle } from '../../src/plans/find-cycle.ts';

const step = (name: string, on: string[] = []) => ({
  name,
  description: 'do it',
  acceptance_criteria: ['it is done'],
  files: [],
  depends_on: on,
  effort_hours: 1,
  complexity: 3,
});
const plan = (...steps: object[]) => ({ title: 'A plan', summary: 'What it is.', steps });
const problemsOf = (value: object) => {
  const parsed = parsePlan(JSON.stringify(value));
  return 'problems' in parsed ? parsed.problems : [];
};

describe('a plan', () => {
  test('is taken as JSON, in a code fence, or with words around it', () => {
    const json = JSON.stringify(plan(step('a'), step('b', ['a'])));
    for (const answer of [json, `\`\`\`json\n${json}\n\`\`\``, `Here you are:\n${json}\nGood luck!`]) {
      expect(parsePlan(answer)).toHaveProperty('plan.title', 'A plan');
    }
  });

  test('holds nothing that cannot be stored, also where that was written as an escape', () => {
    const step = String.raw`{"name":"a\u0000","description":"half \ud83d","acceptance_criteria":["x"],"effort_hours":1,"complexity":1}`;
    const parsed = parsePlan(String.raw`{"title":"A\u0000","summary":"What it is.","steps":[${step}]}`);
    expect(parsed).toMatchObject({
      plan: { title: 'A\uFFFD', steps: [{ name: 'a\uFFFD', description: 'half \uFFFD' }] },
    });
  });

  test('is refused where it is not JSON, empty, or lacks what a step needs', () => {
    expect(parsePlan('no')).toEqual({ problems: ['The answer is not a JSON object.'] });
    expect(problemsOf(plan())).not.toEqual([]);
    expect(problemsOf(plan({ ...step('a'), acceptance_criteria: [] }))[0]).toMatch(
      /^steps\.0\.acceptance_criteria/,
    );
    expect(problemsOf(plan({ ...step('a'), complexity: 11 }))[0]).toMatch(/^steps\.0\.complexity/);
  });

  test('is refused where steps share a name, depend on nothing that is there, or go round in a circle', () => {
    expect(problemsOf(plan(step('a'), step('a')))).toEqual([
      'Two steps are called "a"; each name must be unique.',
    ]);
    expect(problemsOf(plan(step('a', ['z'])))).toEqual(['"a" depends on "z", which is no step of the plan.']);
    expect(problemsOf(plan(step('a', ['c']), step('b', ['a']), step('c', ['b'])))).toEqual([
      'The dependencies go round in a circle: a → c → b → a.',
    ]);
    expect(problemsOf(plan(step('a', ['a'])))).toEqual(['The dependencies go round in a circle: a → a.']);
  });

  test('whatever text comes back is either a plan or a list of problems, never an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (answer) => {
        const parsed = parsePlan(answer);
        expect('plan' in parsed || parsed.problems.length > 0).toBe(true);
      }),
    );
  });

  test('a cycle is found exactly where there is one', () => {
    const graph = fc.array(fc.array(fc.nat({ max: 7 }), { maxLength: 3 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(graph, (raw) => {
        const names = raw.map((_, index) => String(index));
        const edges = new Map(
          raw.map((on, index) => [String(index), on.map(String).filter((one) => names.includes(one))]),
        );
        const cycle = findCycle(edges);
        expect(cycle !== null).toBe(!canBeOrdered(edges));
        for (const [index, name] of (cycle ?? []).slice(0, -1).entries()) {
          expect(edges.get(name)).toContain(cycle?.[index + 1]);
        }
      }),
    );
  });
});

/** By taking away, again and again, what depends on nothing that is left. */
function canBeOrdered(edges: ReadonlyMap<string, readonly string[]>): boolean {
  const left = new Set(edges.keys());
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const name of left) if (!edges.get(name)?.some((on) => left.has(on))) left.delete(name);
  }
  return left.size === 0;
}
