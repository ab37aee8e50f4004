/** A project of the dashboard as the API shows it: how its workflows behave, and how far they are. */
import { z } from 'zod';
import { DashboardProject } from '../../../entities/task/dashboard-project.ts';
import type { GithubProject } from '../../../entities/task/github-project.ts';
import { decompositionStates } from '../../../entities/task/requirement-decomposition.ts';
import type { Budget } from '../../../entities/workflows/budget.ts';
import type { OrganizationDatabases } from '../../databases/tenancy.ts';
import { iso, milliseconds, time, timeOrNull } from '../times.ts';
import { budgetSchema } from './options-view.ts';

const settingsSchema = z
  .object({
    autoConfirmPlan: z.boolean().describe('Create issues without waiting for a person to approve the plan.'),
    autoMerge: z.boolean().describe('Merge into the base branch without waiting for a person.'),
    onValidationFailure: z.enum(['wait', 'fail']),
    maxParallelSteps: z.int().describe('Of one workflow.'),
    budget: budgetSchema,
    approvers: z
      .array(z.string())
      .describe('Who may approve or reject, by the name of their key; anybody where it is empty.'),
    approvalDeadlineMs: milliseconds.nullable().describe('Null: for ever.'),
    selfApproval: z.boolean().describe('Whether who put a workflow in may approve it.'),
  })
  .meta({ id: 'ProjectSettings', description: 'Settled for a workflow when it starts.' });

export const projectSchema = z
  .object({
    id: z.uuid(),
    repository: z.string().describe('`OWNER/NAME`.'),
    pinned: z.boolean(),
    pinOrder: z.int().nullable().describe('From 1; those without a place come after.'),
    settings: settingsSchema,
    progress: z
      .object({
        steps: z.int().describe('Of all its plans.'),
        completedSteps: z.int(),
        failedSteps: z.int(),
        openPullRequests: z.int(),
        latestPlan: z
          .object({ title: z.string(), status: z.enum(decompositionStates), workflowId: z.uuid() })
          .nullable()
          .describe('Of its newest requirements.'),
        activeAt: time,
      })
      .nullable()
      .describe('Null while it is archived.'),
    archivedAt: timeOrNull,
    createdAt: time,
    version: z
      .int()
      .describe('Send it as `If-Match`, and nothing that others have changed meanwhile is overwritten.'),
  })
  .meta({ id: 'Project' });

export type ProjectView = z.infer<typeof projectSchema>;

export async function projectViews(
  db: OrganizationDatabases,
  projects: readonly GithubProject[],
): Promise<ProjectView[]> {
  const ids = projects.map(({ id }) => id);
  const progress = await db.task((em) => em.find(DashboardProject, { id: ids }));
  const progressOf = new Map(progress.map((one) => [one.id, one]));
  return projects.map((project) => projectView(project, progressOf.get(project.id)));
}

function projectView(project: GithubProject, progress: DashboardProject | undefined): ProjectView {
  return {
    id: project.id,
    repository: `${project.githubOwner}/${project.githubRepoName}`,
    pinned: project.isPinned,
    pinOrder: project.pinOrder ?? null,
    settings: {
      autoConfirmPlan: project.autoConfirmPlan,
      autoMerge: project.autoMerge,
      onValidationFailure: project.onValidationFailure,
      maxParallelSteps: project.maxParallelSteps,
      budget: project.budget as Budget,
      approvers: project.approvers,
      approvalDeadlineMs: project.approvalDeadlineMs ?? null,
      selfApproval: project.selfApproval,
    },
    progress: progress ? progressView(progress) : null,
    archivedAt: iso(project.archivedAt),
    createdAt: project.createdAt.toISOString(),
    version: project.version,
  };
}

function progressView(row: DashboardProject): NonNullable<ProjectView['progress']> {
  const { latestTitle: title, latestStatus: status, latestWorkflowId: workflowId } = row;
  return {
    steps: row.steps,
    completedSteps: row.completedSteps,
    failedSteps: row.failedSteps,
    openPullRequests: row.openPullRequests,
    latestPlan:
      title && status && workflowId
        ? { title, status: status as (typeof decompositionStates)[number], workflowId }
        : null,
    activeAt: row.activeAt.toISOString(),
  };
}
