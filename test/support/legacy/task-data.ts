/** task_db of the earlier system: projects on the dashboard, plans, steps, tasks and its own workflow executions. */

import type { Row } from './filler.ts';
import type { World } from './world.ts';

/** Which of the two databases know an execution: seven of ten both, one of ten task_db alone. */
export const isInTask = (index: number) => index % 10 < 8;
export const isInWorkflows = (index: number) => index % 10 !== 7;

/** When the execution with this number began; both databases agree but for some milliseconds. */
export const beganAt = (index: number, millisecond = 0) =>
  new Date(Date.UTC(2025, 0, 1) + index * 3_600_000 + millisecond).toISOString();

export function fillTask(world: World, executions: number): void {
  const { of, chance, organization } = world;
  const projects = world.repositories.map(({ slug, owner, name }) =>
    of.task.add('github_projects', {
      organization_id: organization('task', slug),
      github_repo_url: chance.yes(0.5)
        ? `https://github.com/${owner}/${name}`
        : `git@github.com:${owner}/${name}.git`,
      github_repo_name: name,
      github_owner: chance.yes(0.2) ? owner.toUpperCase() : owner,
      analysis_status: chance.pick(['pending', 'done', 'Analysed!', null]),
    }),
  );
  for (let index = 0; index < executions; index++) {
    const project = projects[index % projects.length] as Row;
    if (isInTask(index)) {
      of.task.add('workflow_executions', {
        github_project_id: project.id,
        organization_id: project.organization_id,
        started_at: beganAt(index, 7),
        created_at: beganAt(index, 7),
        status: chance.pick([
          'running',
          'running',
          'completed',
          'completed',
          'failed',
          'paused',
          'Done (manually)',
          null,
        ]),
      });
    }
    addPlan(world, project, index);
  }
}

function addPlan({ of, chance }: World, project: Row, index: number): void {
  const plan = {
    github_project_id: project.id,
    organization_id: project.organization_id,
    created_at: chance.after(beganAt(index), 300, 1_800),
    status: chance.pick(['pending', 'completed', 'approved?', null]),
    codegen_task_id: `run-${index}`,
  };
  // split anew now and then, with nothing that says which one counts
  const plans = Array.from({ length: index % 50 === 3 ? 2 : 1 }, () =>
    of.task.add('requirement_decompositions', plan),
  );
  for (const { id } of plans) {
    for (let number = 1; number <= 3; number++) addStep({ of, chance }, project, { id, index, number });
  }
}

function addStep(
  { of, chance }: Pick<World, 'of' | 'chance'>,
  project: Row,
  plan: { id: unknown; index: number; number: number },
): void {
  const { index, number } = plan;
  const step = of.task.add('decomposed_steps', {
    requirement_decomposition_id: plan.id,
    github_project_id: project.id,
    // two steps of one number
    step_number: index % 40 === 5 && number === 3 ? 2 : number,
    depends_on_steps: dependenciesOf(index, number),
    blocks_steps: chance.yes(0.2) ? [number + 1] : null,
    linear_sub_issue_id: chance.yes(0.7) ? chance.uuid() : 'not a uuid',
    // a task that does not exist
    associated_task_id: chance.yes(0.1) ? chance.uuid() : null,
  });
  const pullRequest = chance.int(1, 5_000);
  const task = of.task.add('tasks', {
    organization_id: project.organization_id,
    github_project_id: project.id,
    decomposed_step_id: chance.yes(0.1) ? null : step.id,
    root_task_id: null,
    parent_task_id: null,
    github_pr_number: chance.yes(0.4) ? null : pullRequest,
    github_pr_url: `https://github.com/${project.github_owner}/${project.github_repo_name}/pull/${pullRequest}`,
    pr_validation_status: chance.pick(['pending', 'passed', 'FAILED', 'merged', null]),
  });
  if (step.associated_task_id === null && chance.yes(0.5)) step.associated_task_id = task.id;
}

/** In order; now and then on itself, in a circle, twice on the same, or on a step that does not exist. */
function dependenciesOf(index: number, number: number): number[] | null {
  if (index % 20 === 1) return [number];
  if (index % 20 === 2) return [(number % 3) + 1];
  if (index % 20 === 3) return [1, 1, 99];
  return number === 1 ? null : [number - 1];
}
