import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TcpProxy } from '../../src/chaos/tcp-proxy.ts';

let server: Server;
let proxy: TcpProxy;
const open: Socket[] = [];

/** Sends back what it is sent. */
beforeEach(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await TcpProxy.open({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
});

type Client = { socket: Socket; heard: () => string; closed: Promise<'reset' | 'ended'> };

async function client(): Promise<Client> {
  const socket = connect(proxy.port, '127.0.0.1');
  open.push(socket);
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  const closed = new Promise<'reset' | 'ended'>((resolve) => {
    socket.once('error', () => resolve('reset'));
    socket.once('end', () => resolve('ended'));
  });
  await Promise.race([once(socket, 'connect'), closed]);
  return { socket, heard: () => heard, closed };
}

async function hears(one: Client, text: string): Promise<void> {
  for (const until = Date.now() + 5_000; one.heard() !== text && Date.now() < until; ) await sleep(5);
  expect(one.heard()).toBe(text);
}

describe('a proxy', () => {
  test('lets pass what is sent, both ways, and the end of it', async () => {
    const one = await client();
    one.socket.write('hello');
    await hears(one, 'hello');
    one.socket.end();
    expect(await one.closed).toBe('ended');
  });

  test('that cuts resets what is open, and refuses what is new until it heals', async () => {
    const one = await client();
    one.socket.write('a');
    await hears(one, 'a');
    proxy.cut();
    expect(await one.closed).toBe('reset');
    expect(await (await client()).closed).toBe('reset');
    proxy.heal();
    const next = await client();
    next.socket.write('b');
    await hears(next, 'b');
  });

  test('that stalls holds everything back, and loses none of it', async () => {
    const one = await client();
    one.socket.write('a');
    await hears(one, 'a');
    proxy.stall();
    one.socket.write('b');
    const late = await client();
    late.socket.write('c');
    await sleep(150);
    expect([one.heard(), late.heard()]).toEqual(['a', '']);
    proxy.heal();
    await hears(one, 'ab');
    await hears(late, 'c');
  });

  test('that swallows keeps connections open, and resets those that lost something when it heals', async () => {
    const [talking, silent] = [await client(), await client()];
    silent.socket.write('s');
    await hears(silent, 's');
    proxy.swallow();
    talking.socket.write('lost');
    const late = await client();
    late.socket.write('lost too');
    await sleep(150);
    expect([talking.heard(), late.heard(), talking.socket.destroyed]).toEqual(['', '', false]);
    proxy.heal();
    expect([await talking.closed, await late.closed]).toEqual(['reset', 'reset']);
    silent.socket.write('till here');
    await hears(silent, 'still here');
  });

  test('keeps the order of what is sent, however its delay changes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 8 }),
        async (delays) => {
          const one = await client();
          let sent = '';
          for (const [index, delay] of delays.entries()) {
            proxy.slow(delay);
            one.socket.write(`${index};`);
            sent += `${index};`;
            await sleep(3);
          }
          await hears(one, sent);
          proxy.heal();
        },
      ),
      { numRuns: 15 },
    );
  });
});
