/** A port for machines on our own side: a few fixed paths, no keys, nothing of any organisation. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { portError } from './port-error.ts';

export type PlainAnswer = { status: number; type: string; body: string };

export type PlainServer = { port: number; close(): Promise<void> };

/**
 * @param variable names the setting of the port, for whoever has to mend it
 * @param pages what each path answers to GET
 */
export async function startPlainServer(
  { host, port, variable }: { host: string; port: number; variable: string },
  pages: Readonly<Record<string, () => Promise<PlainAnswer> | PlainAnswer>>,
): Promise<PlainServer> {
  const server = createServer(async (request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    const page = Object.hasOwn(pages, path) && request.method === 'GET' ? pages[path] : undefined;
    const answer = page
      ? await page()
      : { status: 404, type: 'text/plain', body: 'There is nothing here.\n' };
    response.writeHead(answer.status, { 'content-type': answer.type });
    response.end(answer.body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(error, { host, port, variable })));
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const json = (status: number, body: object): PlainAnswer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(body),
});
