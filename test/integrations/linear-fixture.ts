import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Linear, NewIssue } from '../../src/integrations/linear/port.ts';
import { createLinear } from '../../src/integrations/linear/sdk.ts';
import { type LinearSandbox, startLinearSandbox } from '../../src/sandbox/linear/server.ts';

export const key = 'lin_api_secret_0123456789';

/** One sandbox and one adapter on it for a test file; call it at the top and use it inside the tests. */
export function useLinear() {
  const used = {} as { sandbox: LinearSandbox; linear: Linear; teamId: string };
  beforeAll(async () => {
    used.sandbox = await startLinearSandbox({ apiKeys: [key] });
    used.linear = createLinear({ apiUrl: used.sandbox.url, apiKey: async () => key });
    used.teamId = (await used.linear.getTeam()).id;
  });
  afterAll(() => used.sandbox.close());
  beforeEach(() => used.sandbox.faults.clear());
  return used;
}

export function newIssue(teamId: string, issue: Partial<NewIssue> = {}): NewIssue {
  return { id: randomUUID(), teamId, title: 'Do it', description: 'As **told**.', ...issue };
}

/** How often the sandbox was asked for the root field while the work ran. */
export async function countRequests(
  sandbox: LinearSandbox,
  operation: string,
  work: () => Promise<unknown>,
): Promise<number> {
  const start = sandbox.requests.length;
  await work();
  return sandbox.requests.slice(start).filter((request) => request.operation === operation).length;
}

/** What the work failed with; itself a failure if it did not. */
export async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => Promise.reject(new Error('It did not fail.')),
    (error: Error) => error,
  );
}
