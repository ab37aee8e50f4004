/** The app on a free port over a test's engine, and what its callers need. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Organization } from '../../entities/projects/organization.ts';
import { startApi } from '../../src/http/server.ts';
import { readApiKey } from '../../src/security/api-key-file.ts';
import { ensureDefaultOrganization } from '../../src/security/bootstrap.ts';
import { createApiKey } from '../support/api-keys.ts';
import type { TestEngine } from '../support/engine.ts';
import { expectDocumented } from './api-contract.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
export type Answer = { status: number; headers: Headers; body: any; text: string };

export type TestApi = {
  url: string;
  /** Of the test engine's organisation. */
  key: string;
  /** Of the default organisation. */
  operatorKey: string;
  /** Sends as the test engine's organisation where no other key is given; `key: null` sends none. */
  send(
    method: string,
    path: string,
    options?: { key?: string | null; body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer>;
  /** Logs in with a key and gives the cookie. */
  logIn(key: string): Promise<string>;
  close(): Promise<void>;
};

export async function testApi({ engine, organizationId }: TestEngine): Promise<TestApi> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'gsw-http-'));
  const { databases } = engine;
  await databases.inOrganization(organizationId).projects(async (em) => {
    em.persist(em.create(Organization, { id: organizationId, name: 'Acme', slug: organizationId }));
  });
  const key = await createApiKey(databases, organizationId, 'ci');
  await ensureDefaultOrganization(databases, dataDir);
  const operatorKey = (await readApiKey(dataDir)) as string;
  const config = { ...engine.config, dataDir };
  const api = await startApi({ ...engine, config }, { host: '127.0.0.1', port: 0 });

  const send: TestApi['send'] = async (method, path, options = {}) => {
    const { body, headers = {} } = options;
    const bearer = options.key === undefined ? key : options.key;
    const response = await fetch(`${api.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    const answer = isJson ? JSON.parse(text) : null;
    expectDocumented(method, path, response, answer);
    return { status: response.status, headers: response.headers, text, body: answer };
  };

  return {
    url: api.url,
    key,
    operatorKey,
    send,
    logIn: async (pasted) => {
      const answer = await send('POST', '/login', form({ key: pasted }));
      return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    },
    close: async () => {
      await api.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A form as browsers send it. */
export const form = (fields: Record<string, string>, headers: Record<string, string> = {}) => ({
  key: null,
  body: new URLSearchParams(fields).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
});
