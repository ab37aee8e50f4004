/**
 * One row per workflow execution. Some were kept in task_db and in workflows_db, with nothing between them but that they
 * are the same organisation's, of the same repository, and began within a minute of each other. The row of workflows_db
 * is the one that counts; what the other says besides is kept.
 */
import type { Repositories, Repository } from './repositories.ts';
import type { Sources } from './source.ts';

export type Workflow = {
  /** Ours: the id it had in workflows_db, or else in task_db. */
  id: string;
  repository: Repository;
  /** Milliseconds; when it began, or else when its row was written. */
  beganAt: number;
  /** Which of its repository's it is, from 1, in the order in which they began. */
  number: number;
  status: unknown;
  currentStage: unknown;
  stagesCompleted: unknown[];
  errorStage: unknown;
};

export type Workflows = {
  /** @param database `workflows` or `task` */
  of(database: string, id: unknown): Workflow | undefined;
  /** The row of workflows_db with which this one of task_db is the same. */
  twinOf(id: unknown): string | undefined;
  all(): Iterable<Workflow>;
  /** The workflow of a repository that was the latest to have begun at a moment (milliseconds). */
  at(repositoryId: string, moment: number): Workflow | undefined;
};

const near = 60_000;

const slug = '(select o.slug from organizations o where o.id = t.organization_id) as slug';
const began = 'coalesce(t.started_at, t.created_at)::text as began_at';

export async function mergeWorkflows(sources: Sources, repositories: Repositories): Promise<Workflows> {
  const known = new Map<string, Workflow>();
  const twins = new Map<string, string>();
  const lists = new Map<string, Workflow[]>();
  const add = (workflow: Workflow) => {
    const list = lists.get(workflow.repository.id) ?? [];
    lists.set(workflow.repository.id, list);
    list.push(workflow);
  };
  const { task, workflows } = sources;
  if (workflows?.tables.has('workflow_executions')) {
    const { rows } = await workflows.client.query(
      `select t.id, t.organization_id, t.github_owner, t.github_repo_name, t.status::text, t.current_stage::text,
              t.error_stage::text, ${slug}, ${began} from workflow_executions t order by t.id`,
    );
    for (const row of rows) {
      const repository = repositories.named(
        repositories.organization(row.slug),
        row.github_owner,
        row.github_repo_name,
      );
      const workflow = { ...facts(row, repository), errorStage: row.error_stage };
      known.set(`workflows:${row.id}`, workflow);
      add(workflow);
    }
  }
  if (task?.tables.has('workflow_executions')) {
    const { rows } = await task.client.query(
      `select t.id, t.github_project_id, t.status, t.current_stage::text, t.last_error_stage::text,
              to_jsonb(t.stages_completed) as stages_completed, ${slug}, ${began}
         from workflow_executions t order by coalesce(t.started_at, t.created_at), t.id`,
    );
    const taken = new Set<string>();
    for (const row of rows) {
      const repository = repositories.of('task.github_projects', row.github_project_id);
      if (!repository) continue;
      const own = facts(row, repository);
      own.errorStage = row.last_error_stage;
      const twin =
        known.get(`workflows:${row.id}`) ??
        closest(
          lists.get(repository.id) ?? [],
          own.beganAt,
          (one) => known.has(`workflows:${one.id}`) && !taken.has(one.id),
        );
      if (twin) {
        taken.add(twin.id);
        twins.set(row.id, twin.id);
        twin.stagesCompleted = own.stagesCompleted;
      } else add(own);
      known.set(`task:${row.id}`, twin ?? own);
    }
  }
  for (const list of lists.values()) {
    list.sort((a, b) => a.beganAt - b.beganAt || (a.id < b.id ? -1 : 1));
    for (const [index, workflow] of list.entries()) workflow.number = index + 1;
  }
  return {
    of: (database, id) => known.get(`${database}:${id}`),
    twinOf: (id) => twins.get(String(id)),
    all: () => [...lists.values()].flat(),
    at: (repositoryId, moment) => lists.get(repositoryId)?.findLast(({ beganAt }) => beganAt <= moment),
  };
}

function facts(row: Record<string, unknown>, repository: Repository): Workflow {
  return {
    id: String(row.id),
    repository,
    beganAt: momentOf(row.began_at),
    number: 0,
    status: row.status,
    currentStage: row.current_stage,
    stagesCompleted: Array.isArray(row.stages_completed) ? row.stages_completed : [],
    errorStage: null,
  };
}

/** Milliseconds of a moment as the server writes it. */
export const momentOf = (text: unknown) =>
  text === null || text === undefined ? 0 : Date.parse(String(text).replace(' ', 'T').replace(/\+00$/, 'Z'));

function closest(list: Workflow[], moment: number, free: (one: Workflow) => boolean): Workflow | undefined {
  const candidates = list.filter((one) => Math.abs(one.beganAt - moment) <= near && free(one));
  return candidates.sort((a, b) => Math.abs(a.beganAt - moment) - Math.abs(b.beganAt - moment))[0];
}
