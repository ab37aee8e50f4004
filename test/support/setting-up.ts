/** `node setting-up.ts`: a setup of its own, for tests that kill it or start several. */
import { readConfig } from '../../src/config.ts';
import { openServer } from '../../src/databases/server.ts';
import { setupDatabases } from '../../src/databases/setup.ts';

const config = readConfig();
const server = await openServer(config);
await setupDatabases(config, { server });
await server?.stop();
