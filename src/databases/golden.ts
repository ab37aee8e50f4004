/**
 * `node src/databases/golden.ts`: writes `migrations/<database>/schema.txt` for all eight, from what setup makes on an
 * empty embedded server of its own. To be run after every new migration.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { databaseNames, readConfig } from '../config.ts';
import { describeDatabase } from './describe.ts';
import { startEmbeddedServer } from './embedded.ts';
import { goldenFile } from './golden-schema.ts';
import { databaseOf } from './names.ts';
import { adminUrl } from './server.ts';
import { setupDatabases } from './setup.ts';
import { withSession } from './statements.ts';

const dataDir = await mkdtemp(path.join(tmpdir(), 'gsw-golden-'));
await chmod(dataDir, 0o711);
const server = await startEmbeddedServer({ dataDir, throwaway: true });
try {
  await setupDatabases(readConfig({ DATA_DIR: dataDir }), { server });
  for (const name of databaseNames) {
    const lines = await withSession(adminUrl(server, databaseOf(name)), describeDatabase);
    await writeFile(goldenFile(name), `${lines.join('\n')}\n`);
    console.log(`${goldenFile(name)}: ${lines.length} lines`);
  }
} finally {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
