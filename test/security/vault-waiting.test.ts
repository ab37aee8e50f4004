import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { GithubOperation } from '../../entities/workflows/operation.ts';
import { timings } from '../../src/engine/timings.ts';
import { wakeWaiting } from '../../src/engine/wake-waiting.ts';
import { waitingFor } from '../../src/integrations/credentials/waiting.ts';
import { keyringSource } from '../../src/security/vault/read-keyring.ts';
import { listCredentials, setCredential } from '../../src/security/vault/store.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { expectEverythingOnce } from '../support/once.ts';
import { type TestSystem, testSystem } from '../support/system.ts';

const requirements = readFileSync(new URL('../../examples/requirement.md', import.meta.url), 'utf8');
const auto = { requirements, options: { autoConfirmPlan: true, autoMerge: true } };
const [good, bad] = ['ghp_of_the_organisation_good', 'ghp_of_the_organisation_bad'];

let fresh: FreshDatabases;
const usual = { ...timings };
beforeAll(async () => {
  fresh = await freshDatabases();
  // so long that only being woken explains that it goes on
  timings.credentialCheckMs = 10 * 60_000;
});
afterAll(async () => {
  Object.assign(timings, usual);
  await fresh.drop();
});

describe.each(backends())('on %s, a workflow whose GitHub credential is rejected', (backend) => {
  let system: TestSystem;
  const vault = () => ({
    databases: system.engine.databases.inOrganization(system.organizationId),
    organizationId: system.organizationId,
    keyring: keyringSource(system.engine.config),
  });
  const give = (secret: string) => setCredential(vault(), { kind: 'github_token', secret, by: 'Ada' });
  const wake = () => wakeWaiting(system.engine, system.organizationId, waitingFor('github'));
  const untilWaiting = async (id: string) => {
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
      const row = await system.workflow(id);
      if (row.isOver() || row.waitingOn?.startsWith(waitingFor('github'))) return row;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return expect.fail('it does not wait');
  };
  const calls = () => system.sandbox.github.requests.length;

  beforeEach(async () => {
    system = await testSystem(fresh, backend);
    system.sandbox.github.admit(good);
  });
  afterEach(() => system.close());

  test('waits with the reason, asks GitHub no more, and goes on as soon as there is another', async () => {
    await give(bad);
    const id = await system.enqueue(auto);
    system.work();
    const waiting = await untilWaiting(id);
    expect(waiting).toMatchObject({
      status: 'waiting',
      waitingOn:
        'a valid GitHub credential: GitHub rejected it (Bad credentials); replace it with `gsw credentials set github_token`',
    });
    expect(await listCredentials(vault())).toMatchObject([
      { status: 'invalid', statusReason: 'GitHub rejected it (Bad credentials)' },
    ]);
    const before = calls();
    const second = await system.enqueue({});
    await untilWaiting(second);
    expect(calls()).toBe(before);

    await give(good);
    expect(await wake()).toBeGreaterThan(0);
    expect(await system.until(id, ['completed', 'failed'], 180_000)).toMatchObject({ status: 'completed' });
  }, 300_000);

  test('in the middle of its work finishes it after a replacement, everything once', async () => {
    await give(good);
    const id = await system.enqueue(auto);
    system.work();
    await expect.poll(() => system.sandbox.codegen.runs().length, { timeout: 60_000 }).toBeGreaterThan(1);
    system.sandbox.github.expel(good);
    await expect
      .poll(async () => (await listCredentials(vault()))[0]?.status, { timeout: 30_000 })
      .toBe('invalid');
    const other = 'ghp_of_the_organisation_other';
    system.sandbox.github.admit(other);
    await give(other);
    // an operation may have been on its way to bed when the first call came
    const waking = setInterval(() => void wake().catch(() => undefined), 1_000);
    try {
      expect(await system.until(id, ['completed', 'failed'], 120_000)).toMatchObject({ status: 'completed' });
    } finally {
      clearInterval(waking);
    }
    await expectEverythingOnce(system, id);
  }, 180_000);

  test('may wait for more than a day, which counts against nothing that comes after', async () => {
    await give(bad);
    const id = await system.enqueue(auto);
    system.work();
    await untilWaiting(id);
    const db = system.engine.databases.inOrganization(system.organizationId);
    await db.workflows((em) =>
      em.execute(
        `update github_operations set created_at = now() - interval '3 days' where workflow_execution_id = ?`,
        [id],
      ),
    );
    await wake();
    await expect
      .poll(
        async () =>
          (await db.workflows((em) => em.find(GithubOperation, { workflowExecutionId: id })))[0]?.status,
      )
      .toBe('intended');
    // a limit right after it is an ordinary wait again, and not the end of a patience that is used up
    system.sandbox.github.faults.add({ kind: 'secondary-limit', retryAfterSeconds: 1 });
    await give(good);
    await wake();
    expect(await system.until(id, ['completed', 'failed'], 180_000)).toMatchObject({ status: 'completed' });
  }, 300_000);
});
