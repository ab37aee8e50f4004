/** The liveness of a worker process that serves no API: for orchestrators, on a port of its own. */
import { createServer } from 'node:http';
import { troubleHere } from '../engine/fetch-watch.ts';

export async function startHealth({ host, port }: { host: string; port: number }) {
  const server = createServer((request, response) => {
    const wrong = troubleHere();
    const status = request.url !== '/healthz' ? 404 : wrong.length > 0 ? 503 : 200;
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(
      JSON.stringify(wrong.length > 0 ? { status: 'wedged', detail: wrong.join(' ') } : { status: 'alive' }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
