/** DBOS Transact: one workflow of eight steps, its checkpoints in PostgreSQL. */
import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { type Contender, type Servers, stages } from './contender.ts';

export async function dbos({ postgresUrl }: Servers): Promise<Contender> {
  const url = new URL(postgresUrl);
  url.pathname = `dbos_${randomUUID().slice(0, 8)}`;
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: url.href,
    systemDatabasePoolSize: 20,
    logLevel: 'error',
  });
  const workflow = DBOS.registerWorkflow(
    async () => {
      for (const name of stages) await DBOS.runStep(async () => {}, { name });
    },
    { name: 'chain' },
  );
  await DBOS.launch();
  return {
    async run(chains) {
      const handles = await Promise.all(Array.from({ length: chains }, () => DBOS.startWorkflow(workflow)()));
      await Promise.all(handles.map((handle) => handle.getResult()));
    },
    close: () => DBOS.shutdown(),
  };
}
