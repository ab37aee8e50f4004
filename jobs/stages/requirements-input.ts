import { LockMode } from '@mikro-orm/postgresql';
import { GithubProject } from '../../entities/task/github-project.ts';
import { problemOfRequirements, RequirementDocument } from '../../entities/task/requirement-document.ts';
import { defineStage } from '../../src/engine/define.ts';
import { deriveId, sha256 } from '../../src/engine/derive.ts';
import { PermanentFailure } from '../../src/engine/errors.ts';

/** Takes the requirements given at enqueue, or waits for somebody to give them, and keeps them as a new version. */
export const requirementsInput = defineStage({
  name: 'requirements_input',
  timeout: '1h',
  async run({ workflow, db, gate, attempt }) {
    const given = await gate('requirements', {
      gate: 'requirements',
      accepts: ['requirements'],
      waitingOn: 'requirements',
    });
    const content = String(given.payload.text ?? '');
    const problem = problemOfRequirements(content);
    if (problem) throw new PermanentFailure(problem);

    const { organizationId, id: workflowId, projectId } = workflow;
    await db.task(async (em) => {
      const known = await em.findOne(RequirementDocument, { workflowId });
      if (known?.contentHash === sha256(content)) return;
      // people gave others in a later attempt: the workflow works on those from now on
      if (known) known.workflowId = null;
      await em.flush();
      const followed = workflow.followsId
        ? await em.findOne(RequirementDocument, { workflowId: workflow.followsId })
        : null;
      const project = await em.findOneOrFail(
        GithubProject,
        { projectId: projectId ?? '' },
        { lockMode: LockMode.PESSIMISTIC_WRITE },
      );
      const newest = await em.findOne(
        RequirementDocument,
        { githubProjectId: project.id },
        { orderBy: { version: 'desc' } },
      );
      em.persist(
        em.create(RequirementDocument, {
          id: deriveId('requirements', workflowId, ...(known ? [`attempt ${attempt}`] : [])),
          organizationId,
          githubProjectId: project.id,
          workflowId,
          version: (newest?.version ?? 0) + 1,
          content,
          contentHash: sha256(content),
          author: given.actor,
          followsId: known?.id ?? followed?.id ?? null,
          changeNote: known ? `given anew in attempt ${attempt}` : null,
          status: 'approved',
        }),
      );
    });
  },
});
