/** `node src/databases/check-drift.ts`: exits with 1 and the missing SQL when entities and migrations differ. */
import { findDrift } from './drift.ts';

const drift = Object.entries(await findDrift());
for (const [name, sql] of drift) {
  console.error(
    `migrations/${name} lack (node src/databases/create-migration.ts ${name} <Sentence>):\n\n${sql}\n`,
  );
}
process.exitCode = drift.length > 0 ? 1 : 0;
