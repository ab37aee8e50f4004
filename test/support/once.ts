/** Checks from outside that a completed workflow left everything in the world exactly once, and that the ledger agrees. */
import { expect } from 'vitest';
import { flawsOfAll, flawsOfWorkflow } from '../../src/chaos/invariants.ts';
import { readWorkflowRows } from '../../src/chaos/workflow-rows.ts';
import { readWorld } from '../../src/chaos/world.ts';
import type { TestSystem } from './system.ts';

export async function expectEverythingOnce(system: TestSystem, workflowId: string): Promise<void> {
  const { sandbox, engine, organizationId } = system;
  const rows = await readWorkflowRows(engine.databases.inOrganization(organizationId), workflowId);
  const world = await readWorld(sandbox);
  expect(world.issues.length).toBeGreaterThan(1);
  const flaws = [...flawsOfWorkflow(rows, world), ...flawsOfAll([rows], world)];
  // the other databases hear of the end a moment later
  expect(flaws.filter(({ what }) => !what.endsWith('of the outbox are not published'))).toEqual([]);
}
