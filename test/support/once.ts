/** Checks from outside that a completed workflow left everything in the world exactly once, and that the ledger agrees. */
import { expect } from 'vitest';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { StepDependency } from '../../entities/task/step-dependency.ts';
import type { Operation } from '../../entities/workflows/operation.ts';
import { WorkflowValidation } from '../../entities/workflows/workflow-validation.ts';
import { ledgerOf, services } from '../../src/engine/engine.ts';
import type { TestSystem } from './system.ts';

export async function expectEverythingOnce(system: TestSystem, workflowId: string): Promise<void> {
  const { sandbox, repository, engine, organizationId } = system;
  const db = engine.databases.inOrganization(organizationId);
  const steps = await db.task((em) => em.find(DecomposedStep, { workflowId }));
  const dependencies = await db.task((em) => em.count(StepDependency, {}));
  const validations = await db.workflows((em) =>
    em.count(WorkflowValidation, { workflowExecutionId: workflowId }),
  );

  const pulls = await sandbox.github.pullRequests(repository);
  expect(pulls.map((pull) => pull.head).sort()).toEqual([...new Set(pulls.map((pull) => pull.head))].sort());
  expect(pulls).toHaveLength(steps.length + 1);
  expect(pulls.filter((pull) => !pull.mergedAt)).toEqual([]);
  expect(Object.keys(await sandbox.github.branches(repository))).toEqual(['main']);
  expect(await sandbox.github.comments(repository)).toHaveLength(validations);

  const issues = sandbox.linear.issues();
  expect(issues.map((issue) => issue.stateType)).toEqual(Array(steps.length + 1).fill('completed'));
  expect(issues.filter((issue) => !issue.parentId)).toHaveLength(1);
  expect(sandbox.linear.relations()).toHaveLength(dependencies);
  expect(sandbox.linear.comments()).toHaveLength(steps.length + 1);
  expect(sandbox.linear.attachments()).toHaveLength(steps.length);
  expect(sandbox.linear.labels()).toHaveLength(1);

  const operations: Operation[] = [];
  for (const service of services) {
    operations.push(
      ...(await db.workflows((em) => em.find(ledgerOf[service], { workflowExecutionId: workflowId }))),
    );
  }
  expect(operations.filter((one) => one.status !== 'succeeded').map((one) => one.key)).toEqual([]);
  const started = operations.filter((one) => one.operationType === 'start-agent-run');
  expect(sandbox.codegen.runs()).toHaveLength(started.length);
}
