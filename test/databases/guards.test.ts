import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CodeFile } from '../../entities/codebase/code-file.ts';
import { Codebase } from '../../entities/codebase/codebase.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let databases: Databases;
const ours = randomUUID();
const theirs = randomUUID();

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

const addCodebase = async (organizationId: string) => {
  const id = randomUUID();
  await databases.inOrganization(organizationId).codebase(async (em) => {
    em.persist(em.create(Codebase, { id, organizationId, repositoryId: randomUUID(), branch: 'main' }));
  });
  return id;
};

const file = (organizationId: string, codebaseId: string) => ({
  id: randomUUID(),
  organizationId,
  codebaseId,
  path: 'a.ts',
  blobSha: 'a'.repeat(40),
  sizeBytes: 1,
});

describe('a row', () => {
  it('cannot hang on the row of another organisation', async () => {
    const codebaseId = await addCodebase(theirs);
    const writing = databases.inOrganization(ours).codebase(async (em) => {
      em.persist(em.create(CodeFile, file(ours, codebaseId)));
    });
    await expect(writing).rejects.toThrow(`files: there is no ${codebaseId} in this organisation`);
  });

  it('cannot be moved to a parent in another organisation, not even by maintenance', async () => {
    const theirCodebase = await addCodebase(theirs);
    const row = file(ours, await addCodebase(ours));
    await databases.inOrganization(ours).codebase(async (em) => {
      em.persist(em.create(CodeFile, row));
    });
    const moving = databases.maintenance.codebase((em) =>
      em.nativeUpdate(CodeFile, { id: row.id }, { codebaseId: theirCodebase }),
    );
    await expect(moving).rejects.toThrow(`files: there is no ${theirCodebase} in this organisation`);
  });

  it('has its updated_at moved by an update in plain SQL', async () => {
    const id = await addCodebase(ours);
    const change = (sql: string) =>
      databases.inOrganization(ours).codebase((em) => em.execute<{ moved: boolean }[]>(sql, [id]));
    await change(`update codebases set branch = 'dev' where id = ?`);
    const [row] = await change('select updated_at > created_at as moved from codebases where id = ?');
    expect(row).toEqual({ moved: true });
  });
});
