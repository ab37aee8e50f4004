/** Which plan belongs to which workflow, and which step is meant by a number: the earlier system kept neither. */
import type { Repositories } from './repositories.ts';
import type { Sources } from './source.ts';
import { momentOf, type Workflow, type Workflows } from './workflows.ts';

export type PlanLinks = {
  /** The workflow that a decomposition belongs to; undefined where another one took its place or there is none. */
  workflowOf(decompositionId: unknown): Workflow | undefined;
  workflowOfStep(stepId: unknown): Workflow | undefined;
  /** The requirements as a workflow's decomposition has them. */
  requirementsOf(workflowId: string): string | undefined;
  /** `prompts.executions.id` of the agent run with this id; undefined where none or several have it. */
  executionOf(codegenTaskId: unknown): string | undefined;
  /** The first step with this number in the same plan. */
  step(decompositionId: unknown, number: unknown): string | undefined;
  /** Steps on which this one depends, without circles: what would close one is left out. */
  dependencies(stepId: unknown): { kept: string[]; dropped: unknown[] };
  /** What a step's number is, once two of one number are told apart. */
  numberOf(stepId: unknown): number | undefined;
};

type StepRow = { id: string; plan: string; number: number; depends: unknown };

export async function linkPlans(
  { task, prompts }: Sources,
  repositories: Repositories,
  workflows: Workflows,
): Promise<PlanLinks> {
  const owners = new Map<string, Workflow>();
  const requirements = new Map<string, string>();
  if (task?.tables.has('requirement_decompositions')) {
    const { rows } = await task.client.query(
      `select id, github_project_id, created_at::text, original_requirements
         from requirement_decompositions order by created_at desc nulls last, id desc`,
    );
    const taken = new Set<string>();
    for (const row of rows) {
      const repository = repositories.of('task.github_projects', row.github_project_id);
      const workflow = repository && workflows.at(repository.id, momentOf(row.created_at));
      // the latest one counts
      if (!workflow || taken.has(workflow.id)) continue;
      taken.add(workflow.id);
      owners.set(row.id, workflow);
      requirements.set(workflow.id, row.original_requirements);
    }
  }
  const executions = new Map<string, string>();
  if (prompts?.tables.has('executions')) {
    const { rows } = await prompts.client.query(
      `select codegen_task_id as run, min(id::text) as id from executions
        where codegen_task_id is not null group by 1 having count(*) = 1`,
    );
    for (const { run, id } of rows) executions.set(run, id);
  }
  const steps = task?.tables.has('decomposed_steps') ? await readSteps(task.client) : [];
  const planOf = new Map(steps.map(({ id, plan }) => [id, plan]));
  const numbers = numberSteps(steps);
  const byNumber = new Map<string, string>();
  for (const { id, plan, number } of steps) {
    if (!byNumber.has(`${plan}:${number}`)) byNumber.set(`${plan}:${number}`, id);
  }
  const dependencies = withoutCircles(steps, byNumber);
  return {
    workflowOf: (id) => owners.get(String(id)),
    workflowOfStep: (id) => owners.get(planOf.get(String(id)) ?? ''),
    requirementsOf: (id) => requirements.get(id),
    executionOf: (run) => executions.get(String(run)),
    step: (plan, number) => byNumber.get(`${plan}:${number}`),
    dependencies: (id) => dependencies.get(String(id)) ?? { kept: [], dropped: [] },
    numberOf: (id) => numbers.get(String(id)),
  };
}

async function readSteps(client: { query(sql: string): Promise<{ rows: StepRow[] }> }): Promise<StepRow[]> {
  const { rows } = await client.query(
    `select id, requirement_decomposition_id as plan, step_number as number, to_jsonb(depends_on_steps) as depends
       from decomposed_steps order by requirement_decomposition_id, step_number, created_at, id`,
  );
  return rows;
}

/** The first step with a number keeps it; a second one gets the next that is free. */
function numberSteps(steps: StepRow[]): Map<string, number> {
  const taken = new Map<string, Set<number>>();
  const numbers = new Map<string, number>();
  const seconds: StepRow[] = [];
  for (const step of steps) {
    const used = taken.get(step.plan) ?? new Set();
    taken.set(step.plan, used);
    if (used.has(step.number)) seconds.push(step);
    else {
      used.add(step.number);
      numbers.set(step.id, step.number);
    }
  }
  for (const { id, plan } of seconds) {
    const used = taken.get(plan) ?? new Set();
    let number = 1;
    while (used.has(number)) number += 1;
    used.add(number);
    numbers.set(id, number);
  }
  return numbers;
}

function withoutCircles(steps: StepRow[], byNumber: Map<string, string>) {
  const result = new Map<string, { kept: string[]; dropped: unknown[] }>();
  const reaches = (start: string, goal: string, seen = new Set<string>()): boolean => {
    if (start === goal) return true;
    if (seen.has(start)) return false;
    seen.add(start);
    return (result.get(start)?.kept ?? []).some((next) => reaches(next, goal, seen));
  };
  for (const { id, plan, depends } of steps) {
    const entry: { kept: string[]; dropped: unknown[] } = { kept: [], dropped: [] };
    result.set(id, entry);
    for (const number of Array.isArray(depends) ? depends : []) {
      const on = byNumber.get(`${plan}:${number}`);
      if (on === undefined || on === id || entry.kept.includes(on) || reaches(on, id))
        entry.dropped.push(number);
      else entry.kept.push(on);
    }
  }
  return result;
}
