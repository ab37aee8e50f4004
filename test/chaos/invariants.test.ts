import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flawsOfAll, flawsOfWorkflow } from '../../src/chaos/invariants.ts';
import { readWorkflowRows, type WorkflowRows } from '../../src/chaos/workflow-rows.ts';
import { type RepositoryState, readWorld, type World } from '../../src/chaos/world.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { testSystem } from '../support/system.ts';

const requirements = `# Two notes

- Add \`notes/first.md\` about one matter.
- Add \`notes/second.md\` about another.
`;

let fresh: FreshDatabases;
let world: World;
let rows: WorkflowRows;

/** One real workflow through the real stages; then the world that it left is bent, one thing at a time. */
beforeAll(async () => {
  fresh = await freshDatabases();
  const system = await testSystem(fresh, 'PostgreSQL');
  try {
    system.work();
    const id = await system.enqueue({ requirements, options: { autoConfirmPlan: true, autoMerge: true } });
    await system.until(id, ['completed', 'failed'], 120_000);
    for (;;) {
      rows = await readWorkflowRows(system.engine.databases.inOrganization(system.organizationId), id);
      if (rows.unpublished === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    world = await readWorld(system.sandbox);
  } finally {
    await system.close();
  }
}, 180_000);
afterAll(() => fresh.drop());

const flaws = (bent: World, seen = rows) => [...flawsOfWorkflow(seen, bent), ...flawsOfAll([seen], bent)];
const repositoryOf = (bent: World) => Object.values(bent.repositories)[0] as RepositoryState;

/** Everything in the world that must be there exactly once. */
const collections: Record<string, (bent: World) => unknown[]> = {
  'pull request': (bent) => repositoryOf(bent).pulls,
  'comment on a pull request': (bent) => repositoryOf(bent).comments,
  merge: (bent) => repositoryOf(bent).merges,
  issue: (bent) => bent.issues,
  relation: (bent) => bent.relations,
  'comment on an issue': (bent) => bent.comments,
  attachment: (bent) => bent.attachments,
  'agent run': (bent) => bent.runs,
};

test('a workflow that nothing happened to has no flaw', () => {
  expect(rows.workflow.status).toBe('completed');
  for (const collection of Object.values(collections)) expect(collection(world).length).toBeGreaterThan(0);
  expect(flaws(world)).toEqual([]);
});

describe.each(Object.entries(collections))('a %s', (_name, collection) => {
  test('that is there twice is found, whichever it is', () => {
    for (const [index, one] of collection(world).entries()) {
      const bent = structuredClone(world);
      const copy = structuredClone(one);
      // the same thing made once more has an id of its own
      if (typeof copy === 'object' && copy !== null && 'id' in copy) copy.id = `${copy.id}0`;
      collection(bent).push(copy);
      expect([index, flaws(bent).map(({ sort }) => sort)]).toEqual([
        index,
        expect.arrayContaining(['doubled']),
      ]);
    }
  });
});

// a merge of what is merged already makes no commit: what is missing shows in its pull request
const required = Object.entries(collections).filter(([name]) => name !== 'merge');

test.each(required)('a %s that is missing is found, whichever it is', (_name, collection) => {
  for (const index of collection(world).keys()) {
    const bent = structuredClone(world);
    collection(bent).splice(index, 1);
    expect([index, flaws(bent).map(({ sort }) => sort)]).toEqual([index, expect.arrayContaining(['lost'])]);
  }
});

test.each<[string, (bent: World) => void, string]>([
  ['a label that is there twice', (bent) => bent.labels.push(...structuredClone(bent.labels)), 'doubled'],
  [
    'a branch left over',
    (bent) => repositoryOf(bent).branches.push(`gsw/${rows.workflow.id.slice(0, 8)}/dev`),
    'lost',
  ],
  [
    'an issue that was not closed',
    (bent) => {
      for (const issue of bent.issues.slice(0, 1)) issue.stateType = 'started';
    },
    'lost',
  ],
  [
    'a pull request that was not merged',
    (bent) => {
      for (const pull of repositoryOf(bent).pulls.slice(0, 1)) pull.mergedAt = null;
    },
    'lost',
  ],
  [
    'an agent run that no operation started',
    (bent) => bent.runs.push({ id: '9', runKey: 'nobody', status: 'COMPLETE', turns: 1 }),
    'doubled',
  ],
  [
    'a follow-up that no operation sent',
    (bent) => {
      for (const run of bent.runs.slice(0, 1)) run.turns = 2;
    },
    'doubled',
  ],
])('%s is found', (_name, bend, sort) => {
  const bent = structuredClone(world);
  bend(bent);
  expect(flaws(bent).map((flaw) => flaw.sort)).toContain(sort);
});

test('rows that are not over, and changes that nobody heard of, are found', () => {
  const [operation] = rows.operations;
  if (!operation) throw new Error('there is no operation');
  operation.status = 'running';
  expect(flaws(world)).toContainEqual(expect.objectContaining({ sort: 'stuck' }));
  operation.status = 'succeeded';
  expect(flaws(world, { ...rows, unpublished: 2 })).toContainEqual(
    expect.objectContaining({ sort: 'stuck' }),
  );
  expect(flaws(world)).toEqual([]);
});
