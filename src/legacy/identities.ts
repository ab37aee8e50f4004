/**
 * Who is who: one identity for what the earlier system knew under several. Read once, from the sources alone, so that an
 * interrupted migration that goes on finds the same.
 */
import { deriveId } from '../engine/derive.ts';
import { linkPlans, type PlanLinks } from './plans.ts';
import { type Repositories, readRepositories } from './repositories.ts';
import type { Sources } from './source.ts';
import { readStages, type StageGroups } from './stage-groups.ts';
import { mergeWorkflows, type Workflows } from './workflows.ts';

export type Identities = {
  /** Our id of the organisation with this slug; rows that belong to none are the organisation `legacy`'s. */
  organization(slug: unknown): string;
  /** Every organisation that the sources know, by slug, with the database whose row becomes ours. */
  organizations: Map<string, string>;
  /** The address of a user, in lower case; null where there is no such user. */
  person(database: string, id: unknown): string | null;
  /** Addresses → the source row, `<database>:<id>`, that becomes our user. */
  people: Map<string, string>;
  /** The kind of each row of events_db.event_sources, such as `github`. */
  eventSources: Map<string, string>;
  repositories: Repositories;
  workflows: Workflows;
  plans: PlanLinks;
  stages: StageGroups;
};

/** Holds what belongs to nobody. */
export const legacySlug = 'legacy';

/** Where several databases have a row for the same, theirs counts that comes first here. */
export const precedence = [
  'projects',
  'workflows',
  'task',
  'prompts',
  'codebase',
  'analytics',
  'events',
  'learning',
] as const;

/** @param existing our organisations, id by slug */
export async function readIdentities(sources: Sources, existing: Map<string, string>): Promise<Identities> {
  const organizations = new Map<string, string>();
  const addresses = new Map<string, string>();
  const people = new Map<string, string>();
  for (const database of precedence) {
    const source = sources[database];
    if (source?.tables.has('organizations')) {
      for (const { slug } of await rowsOf(source.client, 'select slug from organizations order by id')) {
        if (!organizations.has(slugify(slug))) organizations.set(slugify(slug), database);
      }
    }
    if (source?.tables.has('users')) {
      for (const { id, email } of await rowsOf(source.client, 'select id, email from users order by id')) {
        const address = String(email).trim().toLowerCase();
        addresses.set(`${database}:${id}`, address);
        if (!people.has(address)) people.set(address, `${database}:${id}`);
      }
    }
  }
  const organization = (slug: unknown) => {
    const ours = slug ? slugify(slug) : legacySlug;
    return existing.get(ours) ?? deriveId('legacy', 'organization', ours);
  };
  const repositories = await readRepositories(sources, organization);
  const workflows = await mergeWorkflows(sources, repositories);
  const eventSources = new Map<string, string>();
  if (sources.events?.tables.has('event_sources')) {
    const rows = await rowsOf(sources.events.client, 'select id, source_type::text from event_sources');
    for (const { id, source_type } of rows) eventSources.set(String(id), String(source_type));
  }
  return {
    organization,
    organizations,
    eventSources,
    person: (database, id) => addresses.get(`${database}:${id}`) ?? null,
    people,
    repositories,
    workflows,
    plans: await linkPlans(sources, repositories, workflows),
    stages: await readStages(sources, workflows),
  };
}

export const slugify = (slug: unknown) => String(slug).trim().toLowerCase();

type Reader = { query(sql: string): Promise<{ rows: Record<string, unknown>[] }> };

export const rowsOf = async (client: Reader, sql: string) => (await client.query(sql)).rows;
