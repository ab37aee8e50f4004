import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestSystem, testSystem } from '../support/system.ts';

const requirement = readFileSync(new URL('../../examples/requirement.md', import.meta.url), 'utf8');
const automatic = { autoConfirmPlan: true, autoMerge: true } as const;

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

describe.each(backends())('on %s, the eight stages', (backend) => {
  let system: TestSystem;
  afterEach(() => system.close());

  test('carry a requirement to merged code, with each issue, branch and pull request exactly once', async () => {
    system = await testSystem(fresh, backend);
    system.work();
    const id = await system.enqueue({ requirements: requirement, options: automatic });
    const done = await system.until(id, ['completed', 'failed'], 120_000);
    expect(done).toMatchObject({ status: 'completed', errorMessage: null });

    const pulls = await system.sandbox.github.pullRequests();
    const branches = await system.sandbox.github.branches(system.repository);
    expect(Object.keys(branches)).toEqual(['main']);
    expect(pulls.every((pull) => pull.mergedAt)).toBe(true);
    const issues = system.sandbox.linear.issues();
    expect(issues).toHaveLength(pulls.length);
    expect(issues.filter((issue) => !issue.parentId)).toHaveLength(1);
    expect(issues.every((issue) => issue.stateType === 'completed')).toBe(true);
    expect(new Set(pulls.map((pull) => `${pull.head}→${pull.base}`)).size).toBe(pulls.length);
  }, 180_000);
});
