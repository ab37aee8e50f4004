/** A plan in task_db, for tests of what hangs on it. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { GithubProject } from '../../entities/task/github-project.ts';
import { RequirementDecomposition } from '../../entities/task/requirement-decomposition.ts';
import { RequirementDocument } from '../../entities/task/requirement-document.ts';
import { sha256 } from '../../src/engine/derive.ts';

export function addProject(em: EntityManager, organizationId: string, more: object = {}): GithubProject {
  const project = em.create(GithubProject, {
    id: randomUUID(),
    organizationId,
    projectId: randomUUID(),
    githubOwner: 'acme',
    githubRepoName: `widgets-${randomUUID().slice(0, 8)}`,
    ...more,
  });
  em.persist(project);
  return project;
}

export function addDocument(
  em: EntityManager,
  project: GithubProject,
  version = 1,
  content = 'Make it faster.',
): RequirementDocument {
  const document = em.create(RequirementDocument, {
    id: randomUUID(),
    organizationId: project.organizationId,
    githubProjectId: project.id,
    workflowId: randomUUID(),
    version,
    content,
    contentHash: sha256(content),
    author: 'Ada',
  });
  em.persist(document);
  return document;
}

export function addPlan(em: EntityManager, document: RequirementDocument, title = 'A plan') {
  const decomposition = em.create(RequirementDecomposition, {
    id: randomUUID(),
    organizationId: document.organizationId,
    requirementDocumentId: document.id,
    workflowId: document.workflowId ?? randomUUID(),
    title,
    summary: 'What it is.',
    executionId: randomUUID(),
  });
  em.persist(decomposition);
  return decomposition;
}

export function addStep(
  em: EntityManager,
  plan: RequirementDecomposition,
  stepNumber: number,
  more: object = {},
): DecomposedStep {
  const step = em.create(DecomposedStep, {
    id: randomUUID(),
    organizationId: plan.organizationId,
    decompositionId: plan.id,
    workflowId: plan.workflowId,
    stepNumber,
    stepName: `Step ${stepNumber}`,
    description: 'Do it.',
    acceptanceCriteria: ['It is done.'],
    files: [],
    effortHours: 1,
    complexity: 1,
    ...more,
  });
  em.persist(step);
  return step;
}
