import { Project } from '../../entities/projects/project.ts';
import { ProjectActivity } from '../../entities/projects/project-activity.ts';
import { defineProjection } from '../../src/engine/define.ts';

/** Notes in a project's history what its workflows came to, what they asked and who answered. */
export const projectsProjection = defineProjection({
  name: 'projects',
  database: 'projects',
  types: ['workflow.waiting', 'signal.received', 'workflow.completed', 'workflow.failed'],
  async apply({ id, organizationId, workflowExecutionId, type, payload, occurredAt }, em) {
    const { projectId, actor = 'a worker', ...details } = payload;
    // null before its repository has been read; and a project may have been removed since
    if (typeof projectId !== 'string' || !(await em.findOne(Project, { id: projectId }))) return;
    if (await em.findOne(ProjectActivity, { id })) return;
    em.persist(
      em.create(ProjectActivity, {
        id,
        organizationId,
        projectId,
        activityType: type,
        actor: String(actor),
        workflowId: workflowExecutionId,
        details,
        occurredAt,
      }),
    );
  },
});
