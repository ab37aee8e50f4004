import { expect, test } from 'vitest';
import { RequirementDocument } from '../../entities/task/requirement-document.ts';
import { automatic, lifecycle } from '../support/lifecycle.ts';

const first = '# Greetings\n\n- Add `greeting/hello.md` that greets the reader.\n';
const more = `${first}- Add \`greeting/index.md\` that links to it.\n`;

const { start, over, viewOf } = lifecycle();

test('a workflow that follows another plans only the difference, and one with nothing left to do says so', async () => {
  const system = await start('PostgreSQL');
  const { enqueue, engine, organizationId, sandbox, repository } = system;
  const db = engine.databases.inOrganization(organizationId);
  const stepsOf = async (id: string) => (await viewOf(id)).steps.map(({ title }) => title);

  const one = await enqueue({ requirements: first, options: automatic });
  expect((await over(one)).status).toBe('completed');
  const [done] = await stepsOf(one);
  const pulls = (await sandbox.github.pullRequests(repository)).length;

  const two = await enqueue({ requirements: more, options: automatic, follows: one });
  expect(await over(two)).toMatchObject({ status: 'completed', errorMessage: null, followsId: one });
  const planned = await stepsOf(two);
  expect(planned).toHaveLength(1);
  expect(planned).not.toContain(done);
  // one of the step and the final one, and none for what was there
  expect((await sandbox.github.pullRequests(repository)).length).toBe(pulls + 2);
  const documents = await db.task((em) => em.find(RequirementDocument, {}, { orderBy: { version: 'asc' } }));
  expect(documents.map(({ version, followsId }) => [version, followsId ?? null])).toEqual([
    [1, null],
    [2, documents[0]?.id],
  ]);

  const three = await enqueue({ requirements: more, options: automatic, follows: two });
  expect(await over(three)).toMatchObject({ status: 'failed', errorStage: 'requirements_decomposition' });
  expect((await system.workflow(three)).errorMessage).toMatch(/^Nothing is left to do/);
  expect((await sandbox.github.pullRequests(repository)).length).toBe(pulls + 2);

  await expect(enqueue({ follows: '00000000-0000-4000-8000-000000000000' })).rejects.toThrow(
    /no workflow .* to follow/,
  );
  await expect(enqueue({ follows: one, repository: { owner: 'acme', name: 'other' } })).rejects.toThrow(
    /only work on the same repository can be followed/,
  );
}, 240_000);
