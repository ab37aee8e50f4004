import { Project } from '../../entities/projects/project.ts';
import { ProjectActivity } from '../../entities/projects/project-activity.ts';
import type { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { insertRows } from '../../src/databases/insert-rows.ts';
import { defineProjection } from '../../src/engine/define-projection.ts';

/** Notes in a project's history what its workflows came to, what they asked and who answered. */
export const projectsProjection = defineProjection({
  name: 'projects',
  database: 'projects',
  types: ['workflow.waiting', 'signal.received', 'workflow.completed', 'workflow.failed'],
  async apply(entries, em) {
    const activities = entries.flatMap(activityOf);
    const named = [...new Set(activities.map(({ projectId }) => projectId))];
    if (named.length === 0) return;
    // a project may have been removed since
    const projects = await em.find(Project, { id: named }, { fields: ['id'] });
    const there = new Set(projects.map(({ id }) => id));
    await insertRows(
      em,
      ProjectActivity,
      activities.filter(({ projectId }) => there.has(projectId)),
    );
  },
});

function activityOf({ id, organizationId, workflowExecutionId, type, payload, occurredAt }: OutboxEntry) {
  const { projectId, actor = 'a worker', ...details } = payload;
  // not known before the repository has been read
  if (typeof projectId !== 'string') return [];
  return {
    id,
    organizationId,
    projectId,
    activityType: type,
    actor: String(actor),
    workflowId: workflowExecutionId,
    details,
    occurredAt,
  };
}
