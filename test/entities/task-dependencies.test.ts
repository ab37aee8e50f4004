import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StepDependency } from '../../entities/task/step-dependency.ts';
import { Task } from '../../entities/task/task.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { findCycle } from '../../src/plans/find-cycle.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { addDocument, addPlan, addProject, addStep } from './plan-rows.ts';

let fresh: FreshDatabases;
let databases: Databases;
const organizationId = randomUUID();

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config, { max: 8 });
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

const task = <T>(work: Parameters<ReturnType<Databases['inOrganization']>['task']>[0]) =>
  databases.inOrganization(organizationId).task(work) as Promise<T>;

/** The ids of the steps of a new plan. */
const planOf = (steps: number) =>
  task<string[]>(async (em) => {
    const plan = addPlan(em, addDocument(em, addProject(em, organizationId)));
    return Array.from({ length: steps }, (_, index) => addStep(em, plan, index + 1).id);
  });

const insert = (edges: [string, string][]) =>
  task<void>(async (em) => {
    await em.insertMany(
      StepDependency,
      edges.map(([stepId, dependsOnId]) => ({ id: randomUUID(), organizationId, stepId, dependsOnId })),
    );
  });

const kept = (ids: string[]) =>
  task<StepDependency[]>((em) => em.find(StepDependency, { stepId: { $in: ids } }));

async function cycleIn(ids: string[]) {
  const graph = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { stepId, dependsOnId } of await kept(ids)) graph.get(stepId)?.push(dependsOnId);
  return findCycle(graph);
}

const refused = (error: unknown) =>
  [
    'steps_stay_acyclic',
    'step_dependencies_not_itself',
    'step_dependencies_step_id_depends_on_id_unique',
  ].includes((error as { constraint?: string }).constraint ?? '');

const edges = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 1, maxLength: 20 });

describe('the dependencies of a plan', () => {
  it('take exactly the edges that close no cycle, whatever comes in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(edges, async (wanted) => {
        const ids = await planOf(6);
        const model = new Map<number, Set<number>>();
        const reaches = (from: number, to: number): boolean =>
          from === to || [...(model.get(from) ?? [])].some((next) => reaches(next, to));
        for (const [step, on] of wanted) {
          const fine = !reaches(on, step) && !model.get(step)?.has(on);
          const outcome = await insert([[ids[step] as string, ids[on] as string]]).then(
            () => true,
            (error) => !refused(error) && Promise.reject(error),
          );
          expect(outcome).toBe(fine);
          if (fine) model.set(step, (model.get(step) ?? new Set()).add(on));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('stay acyclic when eight writers add edges at once, many in one statement', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edges, { minLength: 8, maxLength: 8 }), async (writers) => {
        const ids = await planOf(6);
        const outcomes = await Promise.allSettled(
          writers.map((wanted) => insert(wanted.map(([a, b]) => [ids[a] as string, ids[b] as string]))),
        );
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(refused(outcome.reason), outcome.reason).toBe(true);
        }
        expect(await cycleIn(ids)).toBeNull();
      }),
      { numRuns: 12 },
    );
  });

  it('never let both of two opposite edges in, however often they meet', async () => {
    for (let round = 0; round < 15; round += 1) {
      const [a = '', b = ''] = await planOf(2);
      await Promise.allSettled([insert([[a, b]]), insert([[b, a]])]);
      expect(await kept([a, b])).toHaveLength(1);
    }
  });

  it('refuse a cycle made by an update, a step of another plan and a step that is none', async () => {
    const [a = '', b = '', c = ''] = await planOf(3);
    await insert([
      [b, a],
      [c, b],
    ]);
    const turned = task((em) => em.nativeUpdate(StepDependency, { stepId: b }, { dependsOnId: c }));
    await expect(turned).rejects.toMatchObject({ constraint: 'steps_stay_acyclic' });
    const [other = ''] = await planOf(1);
    await expect(insert([[a, other]])).rejects.toMatchObject({ constraint: 'steps_of_one_plan' });
    await expect(insert([[a, randomUUID()]])).rejects.toMatchObject({ constraint: 'parent_in_organization' });
  });

  it('cannot be written where a cycle could slip in unseen', async () => {
    const [a = '', b = ''] = await planOf(2);
    const client = new pg.Client({ connectionString: fresh.config.databaseUrls.task });
    await client.connect();
    await client.query('begin isolation level repeatable read');
    await client.query(`set local app.organization_id = '${organizationId}'`);
    const writing = client
      .query(
        'insert into step_dependencies (id, organization_id, step_id, depends_on_id) values ($1, $2, $3, $4)',
        [randomUUID(), organizationId, a, b],
      )
      .finally(() => client.end());
    await expect(writing).rejects.toThrow(/use read committed or serializable/);
  });
});

describe('tasks', () => {
  it('form trees within one project', async () => {
    const add = (githubProjectId: string, parentId: string | null) =>
      task<string>(async (em) => {
        const id = randomUUID();
        em.persist(
          em.create(Task, { id, organizationId, githubProjectId, parentId, title: 'T', createdBy: 'Ada' }),
        );
        return id;
      });
    const project = () => task<string>(async (em) => addProject(em, organizationId).id);
    const [here, there] = [await project(), await project()];
    const whole = await add(here, null);
    const part = await add(here, whole);
    const round = task((em) => em.nativeUpdate(Task, { id: whole }, { parentId: part }));
    await expect(round).rejects.toMatchObject({ constraint: 'parts_stay_a_tree' });
    const itself = task((em) => em.nativeUpdate(Task, { id: whole }, { parentId: whole }));
    await expect(itself).rejects.toMatchObject({ constraint: 'parts_stay_a_tree' });
    await expect(add(there, whole)).rejects.toMatchObject({ constraint: 'parts_of_one_project' });
  });
});
