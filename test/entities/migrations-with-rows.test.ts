/** The migrations of task_db and prompts_db on rows that exist: of the release before, back to it, and up again. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownerOf } from '../../src/databases/names.ts';
import { migrationNames, migrationOrm } from '../../src/databases/orm.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh?.drop());

const id = randomUUID;

async function betweenReleases(
  name: 'task' | 'prompts',
  marker: string,
  before: (client: pg.Client) => Promise<void>,
  after: (client: pg.Client) => Promise<void>,
) {
  const clientUrl = fresh.adminUrls[name];
  const names = (await migrationNames(name)).sort();
  const last = names.findIndex((one) => one.includes(marker)) - 1;
  const orm = migrationOrm(name, { clientUrl, role: ownerOf(name) });
  const client = new pg.Client({ connectionString: clientUrl });
  await client.connect();
  try {
    const back = () => orm.migrator.down({ to: names[last] as string });
    await back();
    await before(client);
    for (const round of [1, 2]) {
      await orm.migrator.up();
      await after(client);
      if (round === 1) await back();
    }
  } finally {
    await client.end();
    await orm.close(true);
  }
}

it('task_db keeps pull requests, which learn their project, and pins, which get different places', async () => {
  const [organization, other] = [id(), id()];
  await betweenReleases(
    'task',
    'Complete_the_tables',
    async (client) => {
      for (const organizationId of [organization, other]) {
        const [project, document, plan, step] = [id(), id(), id(), id()];
        const workflow = id();
        const run = (sql: string, ...values: unknown[]) => client.query(sql, [organizationId, ...values]);
        const projects = `insert into github_projects (id, organization_id, project_id, github_owner, github_repo_name, is_pinned, pin_order)`;
        await run(`${projects} values ($2, $1, $2, 'a', 'b', true, 1)`, project);
        await run(`${projects} values ($2, $1, $2, 'a', 'c', true, 1)`, id());
        await run(`${projects} values ($2, $1, $2, 'a', 'd', false, 1)`, id());
        await run(
          `insert into requirement_documents (id, organization_id, github_project_id, workflow_id, version, content, content_hash, author)
           values ($2, $1, $3, $4, 1, 'text', 'hash', 'Ada')`,
          document,
          project,
          workflow,
        );
        await run(
          `insert into requirement_decompositions (id, organization_id, requirement_document_id, workflow_id, title, summary, execution_id)
           values ($2, $1, $3, $4, 't', 's', $2)`,
          plan,
          document,
          workflow,
        );
        await run(
          `insert into decomposed_steps (id, organization_id, requirement_decomposition_id, workflow_id, step_number, step_name, description, acceptance_criteria, files, effort_hours, complexity)
           values ($2, $1, $3, $4, 1, 'n', 'd', '[]', '[]', 1, 1)`,
          step,
          plan,
          workflow,
        );
        await run(
          `insert into pull_requests (id, organization_id, step_id, workflow_id, number, url, head_branch, head_sha, base_branch, execution_id, status)
           values ($2, $1, $2, $3, 1, 'u', 'h', 's', 'b', $2, 'merged')`,
          step,
          workflow,
        );
      }
    },
    async (client) => {
      const pulls = await client.query(
        `select q.organization_id = g.organization_id as own, g.github_repo_name as repository, q.merged_at is not null as merged
           from pull_requests q join github_projects g on g.id = q.github_project_id`,
      );
      expect(pulls.rows).toEqual(Array(2).fill({ own: true, repository: 'b', merged: true }));
      const places = await client.query(
        'select pin_order from github_projects where organization_id = $1 order by pin_order',
        [organization],
      );
      expect(places.rows.map((row) => row.pin_order)).toEqual([1, 2, null]);
      expect((await client.query('select distinct status from requirement_documents')).rows).toEqual([
        { status: 'approved' },
      ]);
    },
  );
});

it('prompts_db keeps every version of a template and what was executed with it', async () => {
  const organization = id();
  const [first, second, executed] = [id(), id(), id()];
  await betweenReleases(
    'prompts',
    'Version_templates',
    async (client) => {
      const templates = `insert into prompt_templates (id, organization_id, slug, version, content, content_hash) values`;
      await client.query(`${templates} ($1, $2, 'pr-repair', 1, 'one', 'h1')`, [first, organization]);
      await client.query(`${templates} ($1, $2, 'pr-repair', 2, 'two', 'h2')`, [second, organization]);
      await client.query(`${templates} ($1, $2, 'pr-repair', 1, 'one', 'h1')`, [id(), id()]);
      await client.query(
        `insert into executions (id, organization_id, template_id, workflow_id, scope, purpose, prompt, cost_usd)
         values ($1, $2, $3, $1, 's', 'repair', 'p', 0.5)`,
        [executed, organization, second],
      );
    },
    async (client) => {
      const { rows } = await client.query(
        `select t.slug, t.purpose, v.version, v.content, l.label, x.cost::float8 as cost
           from prompt_templates t join prompt_template_versions v on v.template_id = t.id
           left join prompt_template_labels l on l.template_version_id = v.id
           left join executions x on x.template_version_id = v.id
          where t.organization_id = $1 order by v.version`,
        [organization],
      );
      expect(rows).toEqual([
        { slug: 'pr-repair', purpose: 'repair', version: 1, content: 'one', label: null, cost: null },
        { slug: 'pr-repair', purpose: 'repair', version: 2, content: 'two', label: 'production', cost: 0.5 },
      ]);
      expect((await client.query('select count(*)::int as count from prompt_templates')).rows).toEqual([
        { count: 2 },
      ]);
    },
  );
});
