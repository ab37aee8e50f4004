import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKey } from '../../entities/projects/api-key.ts';
import { Credential } from '../../entities/projects/credential.ts';
import { Organization } from '../../entities/projects/organization.ts';
import { GithubProject } from '../../entities/task/github-project.ts';
import { relayChanges } from '../../src/audit/relay.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { findOrganizationOf } from '../../src/security/api-keys.ts';
import { createApiKey } from '../support/api-keys.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { verify } from './entries.ts';

let fresh: FreshDatabases;
let databases: Databases;
const ada = { kind: 'person', name: 'Ada', requestId: 'r-77' } as const;

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

type Row = Record<string, unknown>;

/** The organisation's audit log, after everything on its way has arrived. */
async function logOf(organizationId: string): Promise<Row[]> {
  await relayChanges(databases);
  return databases.inOrganization(organizationId).events((em) =>
    em.execute<Row[]>(
      `select source, action, subject_type, subject_id, actor_kind, actor_name, actor_id, before, after, request_id
         from audit_log order by sequence`,
    ),
  );
}

async function asUser(name: 'projects' | 'task', organizationId: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: fresh.config.databaseUrls[name] });
  await client.connect();
  await client.query(`select set_config('app.organization_id', $1, false)`, [organizationId]);
  await client.query(sql);
  await client.end();
}

const project = (organizationId: string) => ({
  id: randomUUID(),
  organizationId,
  projectId: randomUUID(),
  githubOwner: 'acme',
  githubRepoName: 'shop',
});

describe('a change to a row', () => {
  it('is told with who made it, for which request, and what was before and after', async () => {
    const organizationId = randomUUID();
    const row = project(organizationId);
    const db = databases.inOrganization(organizationId, ada);
    await db.task(async (em) => void em.persist(em.create(GithubProject, row)));
    await db.task(async (em) => {
      (await em.findOneOrFail(GithubProject, row.id)).autoMerge = true;
    });
    await databases
      .as({ kind: 'worker', name: 'w/1' })
      .maintenance.task((em) => em.nativeDelete(GithubProject, row.id));
    const log = await logOf(organizationId);
    const subject = { source: 'task.change_log', subject_type: 'task.github_projects', subject_id: row.id };
    expect(log).toEqual([
      expect.objectContaining({
        ...subject,
        action: 'github_projects.inserted',
        actor_kind: 'person',
        actor_name: 'Ada',
        request_id: 'r-77',
        before: null,
        after: expect.objectContaining({ github_owner: 'acme', auto_merge: false }),
      }),
      expect.objectContaining({
        ...subject,
        action: 'github_projects.updated',
        actor_name: 'Ada',
        before: { auto_merge: false },
        after: { auto_merge: true },
      }),
      expect.objectContaining({
        ...subject,
        action: 'github_projects.deleted',
        actor_kind: 'worker',
        request_id: null,
        before: expect.objectContaining({ auto_merge: true }),
        after: null,
      }),
    ]);
    expect(await verify(databases, organizationId)).toMatchObject({ entries: 3, faults: [] });
  });

  it('in plain SQL is told too, and names the database role where nobody said who acts', async () => {
    const organizationId = randomUUID();
    await databases
      .inOrganization(organizationId, ada)
      .task(async (em) => void em.persist(em.create(GithubProject, project(organizationId))));
    await asUser('task', organizationId, `update github_projects set auto_merge = true`);
    expect((await logOf(organizationId)).at(-1)).toMatchObject({
      action: 'github_projects.updated',
      actor_kind: 'role',
      actor_name: 'task_user',
      before: { auto_merge: false },
      after: { auto_merge: true },
    });
  });

  it('that is rolled back, that changes nothing, or that is of no interest is not told', async () => {
    const organizationId = randomUUID();
    const row = project(organizationId);
    const db = databases.inOrganization(organizationId, ada);
    const failing = db.task(async (em) => {
      em.persist(em.create(GithubProject, row));
      await em.flush();
      throw new Error('not this time');
    });
    await expect(failing).rejects.toThrow();
    await db.projects(async (em) => {
      em.persist(em.create(Organization, { id: organizationId, name: 'Acme', slug: organizationId }));
    });
    const key = await createApiKey(databases, organizationId, 'ci');
    await findOrganizationOf(databases, key);
    await asUser('projects', organizationId, `update organizations set name = name`);
    expect((await logOf(organizationId)).map((one) => one.action)).toEqual([
      'organizations.inserted',
      'api_keys.inserted',
    ]);
  });

  it('shows no secret, only that it changed', async () => {
    const organizationId = randomUUID();
    const id = randomUUID();
    const secret = Buffer.from(`canary-${randomUUID()}`);
    const db = databases.inOrganization(organizationId, ada);
    await db.projects(async (em) => {
      em.persist(
        em.create(Credential, {
          id,
          organizationId,
          provider: 'github',
          kind: 'github_token',
          name: 'main',
          sealedSecret: secret,
          sealedDataKey: secret,
          masterKeyId: 'k1',
          createdBy: 'Ada',
        }),
      );
    });
    await db.projects((em) =>
      em.nativeUpdate(Credential, { id }, { sealedSecret: Buffer.concat([secret, secret]) }),
    );
    const key = await createApiKey(databases, organizationId, 'ci');
    const { keyHash } = await db.projects((em) => em.findOneOrFail(ApiKey, { lastFour: key.slice(-4) }));
    const kept = await databases.maintenance.projects((em) =>
      em.execute<Row[]>('select * from change_log where organization_id = ?', [organizationId]),
    );
    expect(kept).toHaveLength(3);
    const log = await logOf(organizationId);
    expect(log[1]).toMatchObject({
      action: 'credentials.updated',
      before: { sealed_secret: '[hidden]' },
      after: { sealed_secret: '[hidden]' },
    });
    for (const told of [JSON.stringify(kept), JSON.stringify(log)]) {
      for (const canary of [
        key,
        keyHash,
        secret.toString('hex'),
        secret.toString(),
        secret.toString('base64'),
      ]) {
        expect(told).not.toContain(canary);
      }
    }
  });

  it('hides columns that are called like secrets, though nobody named them', async () => {
    const admin = new pg.Client({ connectionString: fresh.adminUrls.task });
    await admin.connect();
    await admin.query(`create table careless (id uuid primary key, organization_id uuid, webhook_secret text,
      access_token bytea, used_tokens int, note text);
      create trigger changes_are_kept after insert on careless for each row execute function keep_change('{}', '{note}')`);
    const organizationId = randomUUID();
    await admin.query(`insert into careless values ($1, $2, 'hush', 'hush', 7, null)`, [
      randomUUID(),
      organizationId,
    ]);
    await admin.query('drop table careless');
    await admin.end();
    const [told] = await logOf(organizationId);
    expect(told).toMatchObject({
      actor_kind: 'role',
      after: { webhook_secret: '[hidden]', access_token: '[hidden]', used_tokens: 7, note: null },
    });
  });

  it('is told once and in order, whoever relays, however often', async () => {
    const organizations = [randomUUID(), randomUUID(), randomUUID()];
    for (const organizationId of organizations) {
      await asUser(
        'task',
        organizationId,
        `insert into github_projects (id, organization_id, project_id, github_owner, github_repo_name)
           values (gen_random_uuid(), '${organizationId}', gen_random_uuid(), 'acme', 'shop');
         do $$ begin for n in 1..300 loop update github_projects set pin_order = n; end loop; end $$`,
      );
    }
    await Promise.all([relayChanges(databases), relayChanges(databases), relayChanges(databases)]);
    for (const organizationId of organizations) {
      const log = await logOf(organizationId);
      const orders = log.slice(1).map((one) => (one.after as { pin_order: number }).pin_order);
      expect(orders).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
      expect(await verify(databases, organizationId)).toMatchObject({ entries: 301, faults: [] });
    }
    const left = await databases.maintenance.task((em) => em.execute('select 1 from change_log'));
    expect(left).toEqual([]);
  });

  it('is told whatever the writer calls himself', async () => {
    const organizationId = randomUUID();
    const actor = JSON.stringify({ kind: 'emperor', name: 'x'.repeat(400), id: 5 });
    await asUser(
      'task',
      organizationId,
      `select set_config('app.actor', '${actor}', false);
       insert into github_projects (id, organization_id, project_id, github_owner, github_repo_name)
         values (gen_random_uuid(), '${organizationId}', gen_random_uuid(), 'acme', 'shop')`,
    );
    expect(await logOf(organizationId)).toEqual([
      expect.objectContaining({ actor_kind: 'role', actor_name: 'x'.repeat(255), actor_id: '5' }),
    ]);
  });
});
