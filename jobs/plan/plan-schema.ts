/** What an agent's plan must look like, and every way in which it does not. */
import { z } from 'zod';
import { storable } from '../../src/databases/storable.ts';
import { findCycle } from '../../src/plans/find-cycle.ts';

const step = z.object({
  name: z.string().trim().min(1).max(255),
  description: z.string().trim().min(1),
  specific_requirements: z.array(z.string().trim().min(1)).default([]),
  acceptance_criteria: z.array(z.string().trim().min(1)).min(1),
  approach: z.string().trim().nullish(),
  files: z.array(z.string().trim().min(1)).default([]),
  depends_on: z.array(z.string().trim()).default([]),
  effort_hours: z.number().min(0).max(9_999),
  complexity: z.int().min(1).max(10),
});

const plan = z.object({
  title: z.string().trim().min(1).max(255),
  summary: z.string().trim().min(1),
  steps: z.array(step).max(30),
});

export type Plan = z.infer<typeof plan>;

/**
 * Gives the plan of an answer, or what is wrong with it, in words that the agent can act on.
 * @param done names of steps that are merged already; only then may there be nothing to do
 */
export function parsePlan(
  answer: string,
  done: readonly string[] = [],
): { plan: Plan } | { problems: string[] } {
  const json = parseJson(answer);
  if (json === undefined) return { problems: ['The answer is not a JSON object.'] };
  const parsed = plan.safeParse(json);
  if (!parsed.success) return { problems: problemsIn(parsed.error, 'plan') };
  const problems = [...problemsOfGraph(parsed.data.steps), ...problemsOfDifference(parsed.data.steps, done)];
  return problems.length > 0 ? { problems } : { plan: parsed.data };
}

/** @param whole what it is called that was parsed */
export const problemsIn = (error: z.ZodError, whole: string): string[] =>
  error.issues.map((issue) => `${issue.path.join('.') || whole}: ${issue.message}`);

/**
 * The JSON object of an answer, which agents like to wrap in a code fence or in words; undefined where there is none.
 * What cannot be stored may be written in it as an escape, which no look at the answer itself finds.
 */
export function parseJson(answer: string): unknown {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)```/.exec(answer)?.[1];
  const braced = answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1);
  for (const candidate of [answer, fenced, braced]) {
    if (!candidate) continue;
    try {
      return storable(JSON.parse(candidate));
    } catch {
      // the next candidate may be better
    }
  }
  return undefined;
}

function problemsOfDifference(steps: Plan['steps'], done: readonly string[]): string[] {
  if (steps.length === 0 && done.length === 0) return ['steps: The plan has no step; give at least one.'];
  const known = new Set(done.map(folded));
  return steps
    .filter(({ name }) => known.has(folded(name)))
    .map(({ name }) => `"${name}" is done and merged already; leave it out.`);
}

const folded = (name: string): string => name.trim().toLowerCase();

function problemsOfGraph(steps: Plan['steps']): string[] {
  const problems: string[] = [];
  const names = steps.map((step) => step.name);
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    problems.push(`Two steps are called "${name}"; each name must be unique.`);
  }
  for (const step of steps) {
    for (const on of step.depends_on) {
      if (!names.includes(on))
        problems.push(`"${step.name}" depends on "${on}", which is no step of the plan.`);
    }
  }
  const cycle = findCycle(new Map(steps.map((step) => [step.name, step.depends_on])));
  if (cycle) problems.push(`The dependencies go round in a circle: ${cycle.join(' → ')}.`);
  return problems;
}
