/** Whether the entities say the same as the migrations make. */
import { Migrator } from '@mikro-orm/migrations';
import type { MikroORM, SqlSchemaGenerator } from '@mikro-orm/postgresql';
import { type DatabaseName, databaseNames } from '../config.ts';
import { migrationOrm } from './orm.ts';

/** The SQL that the migrations lack, per database; empty when there is no drift. Needs no server. */
export async function findDrift(): Promise<Partial<Record<DatabaseName, string>>> {
  const drift: Partial<Record<DatabaseName, string>> = {};
  for (const name of databaseNames) {
    const orm = migrationOrm(name);
    const lacking = await new SnapshotReader(orm.em).lacking(orm);
    await orm.close(true);
    if (lacking) drift[name] = lacking;
  }
  return drift;
}

class SnapshotReader extends Migrator {
  async lacking(orm: MikroORM): Promise<string> {
    const snapshot = await this.getSchemaFromSnapshot();
    if (!snapshot) return '-- there is no migration yet';
    const generator: SqlSchemaGenerator = orm.schema;
    const { up } = await generator.getUpdateSchemaMigrationSQL({ wrap: false, fromSchema: snapshot });
    return up.trim();
  }
}
