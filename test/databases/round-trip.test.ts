import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GithubProject } from '../../entities/task/github-project.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let databases: Databases;
beforeAll(async () => {
  fresh = await freshDatabases();
  const admin = new pg.Client({ connectionString: fresh.adminUrls.task });
  await admin.connect();
  await admin.query(
    `do $$ begin execute format('alter database %I set synchronous_commit = local', current_database()); end $$`,
  );
  await admin.end();
  // one connection, so that whatever is left on it shows
  databases = connectDatabases(fresh.config, { max: 1 });
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

const ours = randomUUID();
const theirs = randomUUID();

const insert = {
  name: 'test: insert a project',
  text: `insert into github_projects (id, organization_id, project_id, github_owner, github_repo_name) values ($1, $2, gen_random_uuid(), 'acme', $3)`,
};
const all = { name: 'test: all projects', text: 'select * from github_projects order by github_repo_name' };
const divide = { name: 'test: divide', text: 'select 1 / $1::int as quotient' };
const setting = {
  name: 'test: settings',
  text: `select current_setting('app.organization_id', true) as organization, current_setting('synchronous_commit') as commit`,
};

const of = (organizationId: string) => databases.inOrganization(organizationId).task;
const project = (organizationId: string, name: string) => ({
  statement: insert,
  values: [randomUUID(), organizationId, name],
});

describe('statements in one round trip', () => {
  it('see and write the rows of their organisation only', async () => {
    await of(theirs).inOneTrip([project(theirs, 'theirs')]);
    const [, rows] = await of(ours).inOneTrip([
      project(ours, 'ours'),
      { statement: all, values: [], as: GithubProject },
    ]);
    expect(rows.map(({ githubRepoName }) => githubRepoName)).toEqual(['ours']);
    expect(rows[0]).toBeInstanceOf(GithubProject);
    expect(rows[0]?.createdAt).toBeInstanceOf(Date);
    await expect(of(ours).inOneTrip([project(theirs, 'forged')])).rejects.toThrow('row-level security');
  });

  it('are undone together where one fails, and leave the connection as it was', async () => {
    const failing = { statement: divide, values: [0] };
    const unseen = { name: 'test: parsed after a failure', text: 'select 7 as seven' };
    const trip = of(ours).inOneTrip([project(ours, 'undone'), failing, { statement: unseen, values: [] }]);
    await expect(trip).rejects.toThrow('division by zero');
    const [rows, sevens] = await of(ours).inOneTrip([
      { statement: all, values: [], as: GithubProject },
      { statement: unseen, values: [] },
    ]);
    expect(rows.map(({ githubRepoName }) => githubRepoName)).not.toContain('undone');
    expect(sevens).toEqual([{ seven: 7 }]);
  });

  it('leave neither the organisation nor their durability to who comes next on the connection', async () => {
    const [inside] = await of(ours).inOneTrip([{ statement: setting, values: [] }], { repeatable: true });
    expect(inside).toEqual([{ organization: ours, commit: 'off' }]);
    const [flushed] = await of(theirs).inOneTrip([{ statement: setting, values: [] }]);
    expect(flushed).toEqual([{ organization: theirs, commit: 'local' }]);
  });
});
