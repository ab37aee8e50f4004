/**
 * Two organisations' years with the earlier system: a thousand workflow executions and everything around them, with the
 * defects it allowed. Seeded: the same seed gives the same rows.
 */
import { type DatabaseName, databaseNames } from '../../../src/config.ts';
import { Filler, type Row, type Rows } from './filler.ts';
import { Chance } from './random.ts';
import { fillTask } from './task-data.ts';
import { fillWorkflows } from './workflow-data.ts';
import { canary, type World } from './world.ts';

export type LegacyData = Record<DatabaseName, Rows>;

/** @param executions how many workflow executions there are, those in two databases counted once */
export function legacyData(executions: number, seed = 20251124): LegacyData {
  const chance = new Chance(seed);
  const of = Object.fromEntries(databaseNames.map((name) => [name, new Filler(name, chance)])) as World['of'];
  const slugs = ['acme', 'globex'];
  const world: World = {
    chance,
    of,
    slugs,
    organization: (database, slug) =>
      String(of[database].of('organizations').find((row) => row.slug === slug)?.id),
    // two owners' repositories of one name, which the earlier system could not both keep in projects_db
    repositories: slugs.flatMap((slug) => [
      { slug, owner: slug, name: 'widgets' },
      { slug, owner: `${slug}-tools`, name: 'widgets' },
      ...Array.from({ length: 18 }, (_, index) => ({ slug, owner: slug, name: `service-${index + 1}` })),
    ]),
  };
  for (const name of databaseNames) addPeople(world, name);
  addRepositories(world);
  fillTask(world, executions);
  fillWorkflows(world, executions);
  addEvents(world);
  for (const name of databaseNames) {
    for (const table of of[name].empty()) {
      for (let index = 0; index < 40; index++) of[name].add(table, particulars(table, index));
    }
  }
  return Object.fromEntries(databaseNames.map((name) => [name, of[name].rows])) as LegacyData;
}

function addPeople({ of, slugs, organization }: World, database: DatabaseName): void {
  for (const slug of slugs) {
    const token = { codegen_api_token_encrypted: `${canary}-${database}-${slug}` };
    of[database].add('organizations', { name: slug.toUpperCase(), slug, ...token });
    for (const [index, person] of ['Ada', 'Ben', 'Cleo'].entries()) {
      // the same people everywhere, but each database wrote their addresses as it liked
      const email = `${person}@${slug}.test`;
      of[database].add('users', {
        organization_id: organization(database, slug),
        name: person,
        email: index === 0 ? email : email.toLowerCase(),
        username: `${person.toLowerCase()}-${slug}`,
      });
    }
  }
}

function addRepositories({ of, repositories, organization, chance }: World): void {
  for (const { slug, owner, name } of repositories) {
    const url = `https://github.com/${owner}/${name}`;
    // unique per organisation and name there, so of two owners' only one could be kept
    if (!owner.endsWith('-tools')) {
      of.projects.add('repositories', {
        organization_id: organization('projects', slug),
        name,
        full_name: chance.yes(0.2) ? null : `${owner}/${name}`,
        clone_url: `https://someone:${canary}@github.com/${owner}/${name}.git`,
        web_url: chance.yes(0.2) ? null : url,
        provider: chance.yes(0.2) ? null : 'GitHub',
        access_token_encrypted: `${canary}-repository`,
      });
      of.projects.add('projects', { organization_id: organization('projects', slug), name, slug: name });
    }
    of.codebase.add('codebases', {
      organization_id: organization('codebase', slug),
      name: owner.endsWith('-tools') ? `${name} (tools)` : name,
      repository_url: chance.yes(0.1) ? null : `${url}.git`,
    });
  }
}

/** The same event received twice, and events that nothing tells apart from others. */
function addEvents({ of, slugs, organization, chance }: World): void {
  for (const slug of slugs) {
    const organization_id = organization('events', slug);
    const sources = ['github', 'linear', 'custom'].map((source_type) =>
      of.events.add('event_sources', {
        organization_id,
        name: `From ${source_type}`,
        source_type,
        webhook_secret: `${canary}-hook`,
        authentication: { user: 'us', token: `${canary}-nested` },
      }),
    );
    for (let index = 0; index < 300; index++) {
      of.events.add('events', {
        organization_id,
        event_source_id: chance.pick(sources).id,
        external_event_id: chance.yes(0.3) ? null : `delivery-${chance.int(1, 250)}`,
      });
    }
  }
}

/** What chance alone would not give. */
function particulars(table: string, index: number): Row {
  if (table === 'metrics')
    return { value_numeric: index % 5 === 0 ? null : `${index}.123456`, value_text: 'high' };
  if (table === 'alert_rules') return { condition_operator: ['>', '<=', '==', '!=', 'above'][index % 5] };
  if (table === 'subscriptions')
    return { delivery_config: { url: 'https://example.test/in', secret: `${canary}-${index}` } };
  return {};
}
