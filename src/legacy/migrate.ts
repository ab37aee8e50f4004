/** Carries the earlier system's rows over, table by table and batch by batch, and goes on where it was interrupted. */
import { type Applied, applyMapping, type Plan } from './apply.ts';
import { plansFor } from './catalogue.ts';
import { type Identities, legacySlug, readIdentities } from './identities.ts';
import { type KeptForEver, keepForEver } from './keep-for-ever.ts';
import { legacyOrganization } from './mappings/projects.ts';
import { keepBatch, markVerified, type Progress, readProgress } from './progress.ts';
import { fingerprintOf, readBatches } from './read.ts';
import { type Report, Tally } from './report.ts';
import type { Source, Sources } from './source.ts';
import { insertRows, type Targets } from './target.ts';
import { verifyTable } from './verify.ts';
import { writeBatch } from './write.ts';

export type Told = (line: string) => void;

/**
 * Migrates everything that the sources hold. Repeated, it adds nothing; interrupted, it goes on.
 * @param tell is told of each table when it is done, and of how far long ones have come
 */
export async function migrate(
  sources: Sources,
  targets: Targets,
  tell: Told,
): Promise<Report & { kept: KeptForEver }> {
  const identities = await readIdentities(sources, await existingOrganizations(targets));
  const home = identities.organization(legacySlug);
  await insertRows(targets, 'projects.organizations', [legacyOrganization(home)]);
  const kept = await keepForEver(targets, identities);
  const tally = new Tally();
  const plans = plansFor(sources, targets);
  const work = plans.flatMap((plan) => {
    const source = sources[plan.table.database];
    return source ? [{ plan, source }] : [];
  });
  for (const { plan, source } of work) {
    const before = Date.now();
    const counts = await migrateTable({ source, targets, plan, identities, home, tally, tell });
    tell(`${nameOf(plan)}: ${describe(counts)} (${((Date.now() - before) / 1000).toFixed(1)} s)`);
  }
  for (const { plan, source } of work) {
    const verified = await verifyTable(source, targets, plan, identities);
    tally.verified(plan, verified);
    if (verified.problems.length === 0) await markVerified(targets, plan.table);
  }
  tell(`verified ${work.length} tables`);
  return { ...tally.report(), kept };
}

const nameOf = ({ table }: Plan) => `${table.database}_db.${table.name}`;

const describe = ({ mapped, merged, quarantined }: Progress) =>
  [
    `${mapped} mapped`,
    merged > 0 ? `${merged} merged` : [],
    quarantined > 0 ? `${quarantined} in quarantine` : [],
  ]
    .flat()
    .join(', ');

type TableWork = {
  source: Source;
  targets: Targets;
  plan: Plan;
  identities: Identities;
  /** The organisation of what belongs to none. */
  home: string;
  tally: Tally;
  tell: Told;
};

async function migrateTable({
  source,
  targets,
  plan,
  identities,
  home,
  tally,
  tell,
}: TableWork): Promise<Progress> {
  const { table, mapping } = plan;
  const { rows, fingerprint } = await fingerprintOf(source, table);
  const before = await readProgress(targets, table, fingerprint);
  // what was finished is looked at once more, in case our own rows have gone since
  let progress = before.finished ? { ...before, done: 0, mapped: 0, merged: 0, quarantined: 0 } : before;
  const place = { table, organizationId: home, fingerprint };
  tally.begin(plan, rows);
  for await (const batch of readBatches(source, table, mapping, progress.done)) {
    const applied = batch.map((row) => applyMapping(plan, row, identities));
    const { counts, kept } = await writeBatch(targets, table, applied);
    progress = {
      done: progress.done + batch.length,
      mapped: progress.mapped + counts.mapped,
      merged: progress.merged + counts.merged,
      quarantined: progress.quarantined + counts.quarantined,
      finished: false,
    };
    progress.finished = progress.done === rows;
    await keepBatch(targets, place, { keys: applied.map(({ key }: Applied) => key), kept, progress });
    if (rows > 20_000) tell(`${nameOf(plan)}: ${progress.done} of ${rows}`);
  }
  if (rows === 0)
    await keepBatch(targets, place, { keys: [], kept: [], progress: { ...progress, finished: true } });
  tally.end(plan, progress);
  return progress;
}

async function existingOrganizations({ projects }: Targets): Promise<Map<string, string>> {
  const { rows } = await projects.client.query<{ id: string; slug: string }>(
    'select id, slug from organizations',
  );
  return new Map(rows.map(({ id, slug }) => [slug.toLowerCase(), id]));
}
