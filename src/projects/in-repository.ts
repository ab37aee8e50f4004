import { raw } from '@mikro-orm/postgresql';

/** Which rows are of this repository: to GitHub, Acme/Widgets and acme/widgets are one, and people type either. */
export const inRepository = ({ owner, name }: { owner: string; name: string }) => ({
  [raw((alias) => `lower(${alias}.github_owner)`)]: owner.toLowerCase(),
  [raw((alias) => `lower(${alias}.github_repo_name)`)]: name.toLowerCase(),
});
