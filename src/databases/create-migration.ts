/** `node src/databases/create-migration.ts <database> <Sentence_like_name>`: writes what the entities have gained. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { type DatabaseName, databaseNames } from '../config.ts';
import { databaseOf } from './names.ts';
import { migrationOrm, migrationsFolder } from './orm.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Compares the entities with the committed snapshot, writes the difference (row-level security included) as a migration
 * and the new snapshot beside it. Returns the file; undefined when there is no difference. Needs no server.
 */
export async function createMigration(name: DatabaseName, sentence: string): Promise<string | undefined> {
  const folder = migrationsFolder(name);
  await mkdir(folder, { recursive: true });
  await beginSnapshot(folder, name);
  const orm = migrationOrm(name);
  const { fileName } = await orm.migrator.create(undefined, false, false, sentence);
  await orm.close(true);
  if (!fileName) return undefined;
  const file = path.join(folder, fileName);
  await promisify(execFile)('node_modules/.bin/biome', ['check', '--write', file], { cwd: project });
  return file;
}

/** Writes the snapshot of a database without tables, where there is none yet. */
async function beginSnapshot(folder: string, name: DatabaseName): Promise<void> {
  const empty = JSON.stringify({ name: 'public', namespaces: ['public'], tables: [], nativeEnums: {} });
  const file = path.join(folder, `.snapshot-${databaseOf(name)}.json`);
  await writeFile(file, empty, { flag: 'wx' }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

if (import.meta.main) {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [name, sentence] = positionals;
  const database = databaseNames.find((known) => known === name);
  if (!database || !sentence || !/^[A-Za-z]\w*$/.test(sentence)) {
    console.error(`Usage: create-migration.ts <${databaseNames.join('|')}> <Sentence_like_name>`);
    process.exitCode = 2;
  } else {
    console.log(
      (await createMigration(database, sentence)) ?? 'The entities are as the migrations make them.',
    );
  }
}
