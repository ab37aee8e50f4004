import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Milestone } from '../../entities/projects/milestone.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let databases: Databases;
beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

type Values = Record<string, unknown>;

function organization(id: string = randomUUID()) {
  const query = <Row = Values>(sql: string, parameters: unknown[] = []): Promise<Row[]> =>
    databases.inOrganization(id).projects((em) => em.execute(sql, parameters));
  const add = async (table: string, values: Values): Promise<string> => {
    const row = { id: randomUUID(), organization_id: id, ...values };
    const places = Object.keys(row).map(() => '?');
    const sql = `insert into ${table} (${Object.keys(row).join(', ')}) values (${places.join(', ')})`;
    await query(sql, Object.values(row));
    return row.id;
  };
  return {
    id,
    query,
    add,
    project: (slug: string, values: Values = {}) => add('projects', { name: slug, slug, ...values }),
    repository: (projectId: string, owner: string, name: string, values: Values = {}) =>
      add('repositories', {
        project_id: projectId,
        provider: 'github',
        owner,
        name,
        external_id: randomUUID(),
        default_branch: 'main',
        is_private: false,
        web_url: 'https://example.org',
        clone_url: 'https://example.org/x.git',
        ...values,
      }),
    member: async (name: string) => {
      const user = await add('users', { name, email: `${randomUUID()}@example.org` });
      return add('memberships', { user_id: user, role: 'operator' });
    },
    activity: (projectId: string, type: string) =>
      add('project_activities', { project_id: projectId, activity_type: type, actor: 'Ada' }),
  };
}

describe('with two of everything', () => {
  const ours = organization();

  beforeAll(async () => {
    for (const org of [ours, organization()]) {
      for (const name of ['Blue', 'Red']) {
        const team = await org.add('teams', { name });
        const people = [await org.member(`${name} lead`), await org.member(`${name} developer`)];
        await org.add('team_members', { team_id: team, membership_id: people[0], role: 'lead' });
        await org.add('team_members', { team_id: team, membership_id: people[1] });
        for (const number of [1, 2]) {
          const project = await org.project(`${name}-${number}`, {
            team_id: team,
            owner_id: people[0],
            status: number === 1 ? 'active' : 'planning',
            budget: '1000.50',
            budget_currency: 'EUR',
          });
          for (const side of ['front', 'back']) {
            const languages = '{"TypeScript": 100, "CSS": 20}';
            await org.repository(project, 'acme', `${name}-${number}-${side}`, { languages });
          }
          await org.add('milestones', { project_id: project, name: 'Alpha', due_date: '2026-12-01' });
          await org.add('milestones', { project_id: project, name: 'Beta', due_date: '2027-01-01' });
          for (const type of ['workflow.completed', 'workflow.failed']) {
            await org.activity(project, type);
            await org.activity(project, type);
          }
        }
      }
    }
  });

  test('active_projects counts members, repositories and milestones each once', async () => {
    const seen = await ours.query(`select * from active_projects order by name`);
    expect(seen.map(({ name }) => name)).toEqual(['Blue-1', 'Blue-2', 'Red-1', 'Red-2']);
    for (const row of seen) {
      expect({ ...row, members: Number(row.members), repositories: Number(row.repositories) }).toMatchObject({
        members: 2,
        repositories: 2,
        owner: `${row.team} lead`,
        budget: '1000.50',
        budget_currency: 'EUR',
        next_due_date: '2026-12-01',
      });
      expect([row.milestones, row.milestones_reached].map(Number)).toEqual([2, 0]);
    }
  });

  test('project_repository_summary has each repository once, with its size', async () => {
    const seen = await ours.query(`select * from project_repository_summary order by repository`);
    expect(seen).toHaveLength(8);
    expect(seen[0]).toMatchObject({ project: 'Blue-1', repository: 'acme/Blue-1-back', role: 'primary' });
    expect(seen.map(({ size_bytes }) => Number(size_bytes))).toEqual(Array(8).fill(120));
  });

  test('team_analytics counts people, projects and what came of their workflows', async () => {
    const seen = await ours.query(
      `select name, members::int, leads::int, developers::int, projects::int, active_projects::int,
              workflows_completed::int, workflows_failed::int from team_analytics order by name`,
    );
    const counts = {
      members: 2,
      leads: 1,
      developers: 1,
      projects: 2,
      active_projects: 1,
      workflows_completed: 4,
      workflows_failed: 4,
    };
    expect(seen).toEqual([
      { name: 'Blue', ...counts },
      { name: 'Red', ...counts },
    ]);
  });
});

describe('names', () => {
  test('of repositories are one per organisation, provider and owner, in capitals or not', async () => {
    const [one, other] = [organization(), organization()];
    const project = await one.project('a');
    await one.repository(project, 'Acme', 'Widgets');
    await expect(one.repository(project, 'acme', 'widgets')).rejects.toThrow(/repositories_name_unique/);
    await one.repository(project, 'acme', 'gadgets');
    await one.repository(project, 'umbrella', 'widgets');
    await one.repository(project, 'acme', 'widgets', { provider: 'gitlab' });
    await other.repository(await other.project('a'), 'acme', 'widgets');
  });

  test('of projects, milestones and teams are free again when what had them is put away', async () => {
    const { project, add, query } = organization();
    const id = await project('Site');
    await expect(project('site')).rejects.toThrow(/projects_slug_unique/);
    await query(`update projects set status = 'archived' where id = ?`, [id]);
    const again = await project('site');
    await add('milestones', { project_id: again, name: 'Alpha' });
    await expect(add('milestones', { project_id: again, name: 'ALPHA' })).rejects.toThrow(
      /milestones_name_unique/,
    );
    await query(`update milestones set state = 'cancelled'`);
    await add('milestones', { project_id: again, name: 'ALPHA' });
    const team = await add('teams', { name: 'Blue' });
    await expect(add('teams', { name: 'BLUE' })).rejects.toThrow(/teams_name_unique/);
    await query('delete from teams where id = ?', [team]);
    await add('teams', { name: 'BLUE' });
  });
});

describe('a project', () => {
  test('has a budget in a currency or none, and ends after it starts', async () => {
    const { project } = organization();
    await expect(project('a', { budget: 1 })).rejects.toThrow(/projects_budget_has_currency/);
    await expect(project('a', { budget: -1, budget_currency: 'EUR' })).rejects.toThrow(
      /projects_budget_check/,
    );
    await expect(project('a', { start_date: '2026-02-01', end_date: '2026-01-01' })).rejects.toThrow(
      /projects_dates_check/,
    );
    await expect(project('a', { status: 'done' })).rejects.toThrow(/projects_status_check/);
  });

  test('is not owned by a member, or worked on by a team, of another organisation', async () => {
    const other = organization();
    const [stranger, team] = [await other.member('Mallory'), await other.add('teams', { name: 'x' })];
    const { project } = organization();
    await expect(project('a', { owner_id: stranger })).rejects.toThrow(/in this organisation/);
    await expect(project('a', { team_id: team })).rejects.toThrow(/in this organisation/);
  });

  test('outlives its owner and its team', async () => {
    const { project, member, add, query } = organization();
    const [owner, team] = [await member('Ada'), await add('teams', { name: 'x' })];
    const id = await project('a', { owner_id: owner, team_id: team });
    await query('delete from memberships where id = ?', [owner]);
    await query('delete from teams where id = ?', [team]);
    expect(await query('select id, owner_id, team_id from projects')).toEqual([
      { id, owner_id: null, team_id: null },
    ]);
  });
});

describe('a milestone', () => {
  test('is reached or cancelled from open, and opened again', async () => {
    const org = organization();
    const project = await org.project('a');
    const states = ['open', 'reached', 'cancelled'];
    const move = (id: string, to: string) =>
      org.query(
        `update milestones set state = ?, completed_at = case when ? = 'reached' then now() end where id = ?`,
        [to, to, id],
      );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...states), { maxLength: 6 }), async (moves) => {
        const id = await org.add('milestones', { project_id: project, name: randomUUID() });
        let now = 'open';
        for (const to of moves) {
          const allowed = to === now || now === 'open' || to === 'open';
          const moved = await move(id, to).then(
            () => true,
            () => false,
          );
          expect(moved, `${now} → ${to}`).toBe(allowed);
          if (moved) now = to;
        }
      }),
      { numRuns: 20 },
    );
  });

  test('says when it was reached, and only then', async () => {
    const org = organization();
    const id = await org.add('milestones', { project_id: await org.project('a'), name: 'Alpha' });
    const change = (work: (row: Milestone) => void) =>
      databases.inOrganization(org.id).projects(async (em) => work(await em.findOneOrFail(Milestone, id)));
    await change((row) => row.reach());
    expect((await org.query('select completed_at is not null as told from milestones'))[0]).toEqual({
      told: true,
    });
    await change((row) => row.reopen());
    await expect(org.query('update milestones set completed_at = now()')).rejects.toThrow(
      /milestones_completed_when_reached/,
    );
  });
});

describe('what has happened in a project', () => {
  test('is neither changed nor removed by the organisation', async () => {
    const { project, activity, query } = organization();
    await activity(await project('a'), 'workflow.completed');
    await expect(query(`update project_activities set actor = 'Mallory'`)).rejects.toThrow(
      /stays as it was noted/,
    );
    await expect(query('delete from project_activities')).rejects.toThrow(/stays as it was noted/);
  });

  test('goes with its project, and by maintenance', async () => {
    const { project, activity, query, id } = organization();
    const [one, two] = [await project('a'), await project('b')];
    for (const project of [one, two]) await activity(project, 'workflow.completed');
    await query('delete from projects where id = ?', [one]);
    expect(await query('select project_id from project_activities')).toEqual([{ project_id: two }]);
    await databases.maintenance.projects((em) =>
      em.execute('delete from project_activities where organization_id = ?', [id]),
    );
    expect(await query('select 1 from project_activities')).toEqual([]);
  });
});
