/** workflows_db and prompts_db of the earlier system: what the executions did, and the prompts they sent. */

import type { Row } from './filler.ts';
import { beganAt, isInWorkflows } from './task-data.ts';
import { canary, type World } from './world.ts';

const stages = [
  'project_selection',
  'requirements_input',
  'requirements_saved',
  'requirements_decomposition',
  'step_planning',
  'linear_main_issue_creation',
  'linear_sub_issues_creation',
  'task_execution',
  'pr_creation',
  'pr_validation',
  'dev_branch_merge',
  'completion',
];

export function fillWorkflows(world: World, executions: number): void {
  const { of, chance, organization } = world;
  for (const slug of world.slugs)
    of.workflows.add('workflow_templates', {
      organization_id: organization('workflows', slug),
      name: 'Ours',
    });
  for (let index = 0; index < executions; index++) {
    const repository = world.repositories[index % world.repositories.length];
    if (!repository) throw new Error('There are no repositories.');
    if (isInWorkflows(index)) {
      const { slug, owner, name } = repository;
      addExecution(world, index, {
        organization_id: organization('workflows', slug),
        github_repo_url: `https://github.com/${owner}/${name}`,
        github_repo_name: name,
        github_owner: owner,
        name: `${name} ${index}`,
        started_at: beganAt(index),
        created_at: beganAt(index),
        status: chance.pick([
          'completed',
          'completed',
          'completed',
          'active',
          'paused',
          'failed',
          'cancelled',
        ]),
      });
    }
    addPrompts(world, index);
  }
}

function addExecution({ of, chance }: World, index: number, given: Row): void {
  const execution = of.workflows.add('workflow_executions', given);
  const reached = chance.int(2, stages.length);
  const rows = stages.slice(0, reached).map((stage, order) =>
    of.workflows.add('workflow_stage_executions', {
      workflow_execution_id: execution.id,
      stage,
      stage_order: order + 1,
      status:
        order + 1 < reached ? 'completed' : chance.pick(['completed', 'active', 'failed', 'draft', 'paused']),
    }),
  );
  // the same stage once more, with the same order, and a stage that is none
  if (index % 25 === 4) of.workflows.add('workflow_stage_executions', { ...rows[1], id: chance.uuid() });
  if (index % 25 === 5)
    of.workflows.add('workflow_stage_executions', {
      workflow_execution_id: execution.id,
      stage: 'error',
      stage_order: 99,
    });
  const child = () => ({
    workflow_execution_id: execution.id,
    workflow_stage_execution_id: chance.yes(0.3) ? null : chance.pick(rows).id,
  });
  const status = () =>
    chance.pick(['pending', 'completed', 'completed', 'failed', 'in_progress', 'OK', null]);
  for (let count = 0; count < 2; count++) {
    of.workflows.add('codegen_operations', {
      ...child(),
      status: status(),
      operation_type: chance.pick(['analyze_project', 'decompose_requirements', 'validate_pr']),
      quality_score: chance.pick(['0.82', '77.5', '350', null]),
    });
    of.workflows.add('linear_operations', {
      ...child(),
      status: status(),
      operation_type: chance.pick(['create_main_issue', 'create_sub_issue', 'update_issue']),
    });
    of.workflows.add('github_operations', {
      ...child(),
      status: status(),
      operation_type: chance.pick(['create_branch', 'create_pr', 'validate_pr', 'merge_pr', 'something new']),
      commit_sha: chance.yes(0.5) ? chance.hex(40) : null,
    });
    of.workflows.add('workflow_metrics', {
      ...child(),
      metric_name: chance.pick(['duration', 'cost', 'quality']),
      metric_unit: chance.pick(['minutes', 'USD', '%', null]),
    });
  }
  of.workflows.add('workflow_validations', {
    ...child(),
    validation_details: { pr_number: index, log: `Authorization: Bearer ${canary}-${canary}` },
  });
}

/** Prompts know the project and the task by ids of another database, some of which lead nowhere. */
function addPrompts({ of, chance, repositories, organization }: World, index: number): void {
  const repository = repositories[index % repositories.length];
  if (!repository) return;
  const organization_id = organization('prompts', repository.slug);
  if (index < repositories.length && index % 2 === 0) {
    of.prompts.add('prompt_templates', {
      organization_id,
      template_content: `Decompose {requirements_text} of {project_structure}, ${index}.`,
    });
  }
  const project = of.task.of('github_projects')[index % repositories.length];
  of.prompts.add('executions', {
    organization_id,
    github_project_id: chance.yes(0.1) ? chance.uuid() : project?.id,
    task_id: chance.yes(0.2) ? chance.uuid() : chance.pick(of.task.of('tasks')).id,
    codegen_task_id: chance.yes(0.7) ? `run-${index}` : null,
    started_at: chance.after(beganAt(index), 60, 300),
  });
}
