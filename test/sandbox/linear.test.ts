import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  AuthenticationLinearError,
  InvalidInputLinearError,
  LinearClient,
  LinearDocument,
} from '@linear/sdk';
import { buildSchema, isInterfaceType, isUnionType, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linearSdl } from '../../src/sandbox/linear/schema.ts';
import { type LinearSandbox, startLinearSandbox } from '../../src/sandbox/linear/server.ts';

describe('the schema rebuilt from the SDK', () => {
  const schema = buildSchema(linearSdl());

  it('is valid and whole', () => {
    expect(Object.keys(schema.getTypeMap()).length).toBeGreaterThan(1_000);
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {}).length).toBeGreaterThan(150);
    expect(Object.keys(schema.getMutationType()?.getFields() ?? {}).length).toBeGreaterThan(350);
  });

  it('accepts every operation that the SDK can send', { timeout: 30_000 }, () => {
    const operations = Object.entries(LinearDocument).filter(([name]) => name.endsWith('Document'));
    expect(operations.length).toBe(674);
    const refused = operations.flatMap(([name, document]) =>
      validate(schema, parse(String(document), { noLocation: true })).map(
        (error) => `${name}: ${error.message}`,
      ),
    );
    expect(refused).toEqual([]);
  });

  it('knows sub-issues, client ids, lists and enums as Linear declares them', () => {
    const type = (name: string, field: string) => {
      const found = schema.getType(name);
      return found && 'getFields' in found ? String(found.getFields()[field]?.type) : undefined;
    };
    expect(type('IssueCreateInput', 'id')).toBe('String');
    expect(type('IssueCreateInput', 'teamId')).toBe('String!');
    expect(type('IssueCreateInput', 'labelIds')).toBe('[String!]');
    expect(type('Issue', 'parent')).toBe('Issue');
    expect(type('IssueConnection', 'nodes')).toBe('[Issue!]!');
    expect(type('IssueRelationCreateInput', 'type')).toBe('IssueRelationType!');
    expect(isUnionType(schema.getType('AgentActivityContent'))).toBe(true);
    expect(isInterfaceType(schema.getType('Node'))).toBe(true);
    const [id] = schema.getQueryType()?.getFields().issue?.args ?? [];
    expect(`${id?.name}: ${id?.type}`).toBe('id: String!');
  });
});

describe('the local Linear', () => {
  let sandbox: LinearSandbox;
  let client: LinearClient;
  let teamId: string;

  beforeAll(async () => {
    sandbox = await startLinearSandbox({ apiKeys: ['lin_api_known'] });
    client = clientOf(sandbox.url, 'lin_api_known');
    teamId = (await ask<{ team: { id: string } }>('{ team(id: "ENG") { id } }')).team.id;
  });
  afterAll(() => sandbox.close());

  const clientOf = (apiUrl: string, apiKey: string) => new LinearClient({ apiUrl, apiKey });
  const ask = async <Data>(document: string, variables: Record<string, unknown> = {}) => {
    const { data } = await client.client.rawRequest<Data, Record<string, unknown>>(document, variables);
    return data as Data;
  };
  const create = async (input: Record<string, unknown>) => {
    const answer = await ask<{ issueCreate: { issue: { id: string; identifier: string; url: string } } }>(
      `mutation ($input: IssueCreateInput!) { issueCreate(input: $input) { issue { id identifier url } } }`,
      { input: { teamId, ...input } },
    );
    return answer.issueCreate.issue;
  };

  it('tells who asks, for which organization, and its teams with their default states', async () => {
    const answer = await ask<{
      viewer: { name: string };
      organization: { name: string };
      teams: { nodes: { key: string; states: { nodes: { name: string; type: string }[] } }[] };
    }>('{ viewer { name } organization { name } teams { nodes { key states { nodes { name type } } } } }');
    expect(answer.viewer.name).toBe('Sandbox');
    expect(answer.organization.name).toBe('Sandbox');
    expect(answer.teams.nodes).toEqual([
      {
        key: 'ENG',
        states: {
          nodes: [
            { name: 'Backlog', type: 'backlog' },
            { name: 'Todo', type: 'unstarted' },
            { name: 'In Progress', type: 'started' },
            { name: 'Done', type: 'completed' },
            { name: 'Canceled', type: 'canceled' },
          ],
        },
      },
    ]);
  });

  it('numbers the issues of a team and finds them by id and by identifier', async () => {
    const first = await create({ title: 'First' });
    const second = await create({ title: 'Second' });
    expect([first.identifier, second.identifier]).toEqual(['ENG-1', 'ENG-2']);
    expect(first.url).toBe(`${sandbox.webUrl}/issue/ENG-1`);
    const found = await ask<{ a: { id: string }; b: { id: string } }>(
      `{ a: issue(id: "ENG-1") { id } b: issue(id: "${first.id}") { id } }`,
    );
    expect([found.a.id, found.b.id]).toEqual([first.id, first.id]);
  });

  it('makes sub-issues under a parent named by id or by identifier', async () => {
    const parent = await create({ title: 'Parent' });
    const children = [
      await create({ title: 'By id', parentId: parent.id }),
      await create({ title: 'By identifier', parentId: parent.identifier }),
    ];
    const { issue } = await ask<{ issue: { children: { nodes: { id: string; parent: { id: string } }[] } } }>(
      `{ issue(id: "${parent.id}") { children { nodes { id parent { id } } } } }`,
    );
    expect(issue.children.nodes).toEqual(children.map(({ id }) => ({ id, parent: { id: parent.id } })));
  });

  it('refuses a second issue of the same id and an id that is no UUID', async () => {
    const id = randomUUID();
    await create({ id, title: 'Once' });
    await expect(create({ id, title: 'Twice' })).rejects.toThrow(InvalidInputLinearError);
    await expect(create({ id: 'mine', title: 'Odd' })).rejects.toThrow(/must be a UUID/);
  });

  it('refuses unknown fields and wrong enum values through the schema', async () => {
    await expect(create({ title: 'x', colour: 'red' })).rejects.toThrow(/colour/);
    await expect(
      ask(
        'mutation ($t: IssueRelationType!) { issueRelationCreate(input: { issueId: "a", relatedIssueId: "b", type: $t }) { success } }',
        {
          t: 'hinders',
        },
      ),
    ).rejects.toThrow(/hinders/);
  });

  it('filters and pages its lists', async () => {
    const parent = await create({ title: 'Pages' });
    for (const title of ['one', 'two', 'three']) await create({ title, parentId: parent.id });
    const page = `query ($after: String) {
      issues(first: 2, after: $after, filter: { parent: { id: { eq: "${parent.id}" } }, state: { type: { in: ["backlog"] } } }) {
        nodes { title } pageInfo { hasNextPage endCursor }
      }
    }`;
    type Answer = {
      issues: { nodes: { title: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    };
    const { issues: first } = await ask<Answer>(page);
    expect(first.nodes.map(({ title }) => title)).toEqual(['one', 'two']);
    expect(first.pageInfo.hasNextPage).toBe(true);
    const { issues: second } = await ask<Answer>(page, { after: first.pageInfo.endCursor });
    expect(second.nodes.map(({ title }) => title)).toEqual(['three']);
    expect(second.pageInfo.hasNextPage).toBe(false);
  });

  it('leaves archived issues out of lists and still finds them by id', async () => {
    const { id, identifier } = await create({ title: 'Old' });
    await ask(`mutation { issueArchive(id: "${id}") { success } }`);
    const listed = await ask<{ issues: { nodes: { id: string }[] } }>(
      '{ issues(first: 250) { nodes { id } } }',
    );
    expect(listed.issues.nodes).not.toContainEqual({ id });
    expect((await ask<{ issue: object }>(`{ issue(id: "${id}") { identifier } }`)).issue).toEqual({
      identifier,
    });
  });

  it('says what it does not implement instead of making something up', async () => {
    await expect(ask('{ customers { nodes { id } } }')).rejects.toThrow(
      /the Linear sandbox does not implement customers/,
    );
    await expect(ask('mutation { teamDelete(id: "x") { success } }')).rejects.toThrow(
      /the Linear sandbox does not implement teamDelete/,
    );
    await expect(ask('{ viewer { avatarBackgroundColor } }')).rejects.toThrow(
      /the Linear sandbox does not implement User.avatarBackgroundColor/,
    );
    await expect(create({ title: 'x', assigneeId: randomUUID() })).rejects.toThrow(
      /the Linear sandbox does not implement IssueCreateInput.assigneeId/,
    );
    await expect(ask('{ issues(filter: { dueDate: { null: true } }) { nodes { id } } }')).rejects.toThrow(
      /the Linear sandbox does not implement the filter dueDate/,
    );
  });

  it('refuses a missing or unknown key in the way the SDK takes for a rejected key', async () => {
    const stranger = clientOf(sandbox.url, 'lin_api_other');
    await expect(stranger.client.rawRequest('{ viewer { id } }')).rejects.toThrow(AuthenticationLinearError);
    const bare = await fetch(sandbox.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { id } }' }),
    });
    expect(bare.status).toBe(401);
    expect(await bare.json()).toMatchObject({
      errors: [{ extensions: { type: 'authentication error', code: 'AUTHENTICATION_ERROR' } }],
    });
  });

  it('tells its rate limits on each answer', async () => {
    const { headers } = await client.client.rawRequest('{ viewer { id } }');
    expect(Number(headers?.get('x-ratelimit-requests-remaining'))).toBeGreaterThan(0);
    expect(Number(headers?.get('x-ratelimit-complexity-limit'))).toBeGreaterThan(0);
    expect(Number(headers?.get('x-ratelimit-requests-reset'))).toBeGreaterThan(Date.now());
  });

  it('shows people its issues', async () => {
    const { identifier } = await create({ title: 'Read <me>', description: 'a & b' });
    const list = await fetch(sandbox.webUrl);
    expect(list.headers.get('content-type')).toContain('text/html');
    const html = await list.text();
    expect(html).toContain(`<a href="/issue/${identifier}">`);
    expect(html).toContain('Read &#60;me&#62;');
    expect(html).toContain('Backlog');
    expect(await (await fetch(`${sandbox.webUrl}/issue/${identifier}`)).text()).toContain('a &#38; b');
    expect((await fetch(`${sandbox.webUrl}/issue/ENG-9999`)).status).toBe(404);
  });

  it('logs each request by its root field', async () => {
    await ask('{ viewer { id } }');
    expect(sandbox.requests.at(-1)).toMatchObject({ operation: 'viewer' });
  });
});

describe('a local Linear with a data directory', () => {
  it('still has everything after a restart', { timeout: 30_000 }, async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'linear-sandbox-'));
    const options = { dataDir, apiKeys: ['k'], teams: [{ key: 'OPS', name: 'Operations' }] };
    try {
      const before = await startLinearSandbox(options);
      const create = `mutation ($title: String!) {
        issueCreate(input: { teamId: "OPS", title: $title }) { issue { identifier } }
      }`;
      const send = ({ url }: LinearSandbox, title: string) =>
        new LinearClient({ apiUrl: url, apiKey: 'k' }).client.rawRequest(create, { title });
      await send(before, 'Kept');
      await before.close();

      const after = await startLinearSandbox(options);
      expect(after.issues()).toMatchObject([
        { identifier: 'OPS-1', title: 'Kept', state: 'Backlog', url: `${after.webUrl}/issue/OPS-1` },
      ]);
      await send(after, 'New');
      expect(after.issues().map(({ identifier }) => identifier)).toEqual(['OPS-1', 'OPS-2']);
      await after.close();
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });
});
