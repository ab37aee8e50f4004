/** What the parts of the made-up past share. */
import type { DatabaseName } from '../../../src/config.ts';
import type { Filler } from './filler.ts';
import type { Chance } from './random.ts';

/** Values that may turn up nowhere in what is migrated. */
export const canary = 'canary-7f3b';

export type World = {
  chance: Chance;
  of: Record<DatabaseName, Filler>;
  /** The id of an organisation, by its slug, in one of the databases. */
  organization(database: DatabaseName, slug: string): string;
  slugs: string[];
  repositories: { slug: string; owner: string; name: string }[];
};
