/**
 * `node reconnecting-worker.ts`: a process that was started once and opens new connections to all eight databases as
 * fast as it can, and tells of a whole round when it is asked to. Told to stop, it says how often, and which of them failed.
 */
import { readConfig } from '../../src/config.ts';
import { connectDatabases } from '../../src/databases/connect.ts';
import { resolveConnections } from '../../src/databases/connections.ts';
import { openServer } from '../../src/databases/server.ts';

const config = readConfig();
const connected = await resolveConnections(config, await openServer(config));
const failures: string[] = [];
let rounds = 0;
let stopped = false;
let asked = false;
process.on('message', (message) => {
  if (message === 'stop') stopped = true;
  else asked = true;
});

// a connection that is older than all that happens
const kept = connectDatabases(connected, { max: 1 });
await kept.check();
process.send?.('ready');
while (!stopped) {
  const tells = asked;
  const databases = connectDatabases(connected, { max: 1 });
  await databases.check().catch((error) => failures.push(String(error)));
  await databases.close();
  rounds++;
  if (!tells) continue;
  asked = false;
  process.send?.('round');
}
await kept.check().catch((error) => failures.push(String(error)));
await kept.close();
process.send?.({ rounds, failures });
process.disconnect?.();
