/** What the migrations that have not run yet would run, without running them. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Migration } from '@mikro-orm/migrations';
import type { MigrationTarget } from './migrate.ts';
import { migrationOrm, migrationsFolder } from './orm.ts';

type MigrationClass = new (...of: ConstructorParameters<typeof Migration>) => Migration;

/** The statements of one migration; one that asks the database what to do is named instead. */
export async function statementsOf(
  { name, source }: Pick<MigrationTarget, 'name' | 'source'>,
  migration: string,
): Promise<string[]> {
  const file = path.join(source?.folder ?? migrationsFolder(name), migration + path.extname(import.meta.url));
  const [Class] = Object.values<MigrationClass>(await import(pathToFileURL(file).href));
  if (!Class) return [];
  const orm = migrationOrm(name, { source });
  try {
    const instance = new Class(orm.em.getDriver(), orm.config);
    await instance.up();
    return instance.getQueries().map(String);
  } catch {
    return [`-- ${migration} asks the database what to do`];
  } finally {
    await orm.close(true);
  }
}
