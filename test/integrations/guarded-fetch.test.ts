import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { inNobodysName, inTheNameOf } from '../../src/engine/right-to-act.ts';
import { guardFetch } from '../../src/integrations/guarded-fetch.ts';

let server: Server;
let url: string;
/** What has arrived. */
let bytes = 0;
let onArrival = () => {};
beforeAll(async () => {
  guardFetch();
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      bytes += data.length;
      onArrival();
      setTimeout(() => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'), 200);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
beforeEach(() => {
  bytes = 0;
  onArrival = () => {};
});
afterAll(() => server.close());

const right = (check: () => void, signal = new AbortController().signal) => ({ signal, check });
const post = async () => (await fetch(url, { method: 'POST', body: 'x' })).text();
const lost = () => {
  throw new Error('the claim ran out');
};

test('a request that nobody claims, or by right, passes', async () => {
  expect(await post()).toBe('ok');
  expect(
    await inTheNameOf(
      right(() => undefined),
      post,
    ),
  ).toBe('ok');
  expect(await inTheNameOf(right(lost), () => inNobodysName(post))).toBe('ok');
});

test('without the right nothing is sent', async () => {
  await expect(inTheNameOf(right(lost), post)).rejects.toMatchObject({
    cause: { message: 'the claim ran out' },
  });
  expect(bytes).toBe(0);
});

test('a right that is lost while connecting sends nothing either', async () => {
  let asked = 0;
  const once = right(() => {
    asked += 1;
    if (asked > 1) lost();
  });
  await expect(inTheNameOf(once, post)).rejects.toMatchObject({ cause: { message: 'the claim ran out' } });
  expect({ asked, bytes }).toEqual({ asked: 2, bytes: 0 });
});

test('a request under way is cut off', async () => {
  const claim = new AbortController();
  onArrival = () => claim.abort(new Error('taken over'));
  await expect(
    inTheNameOf(
      right(() => undefined, claim.signal),
      post,
    ),
  ).rejects.toMatchObject({
    cause: { message: 'taken over' },
  });
  expect(bytes).toBeGreaterThan(0);
});
