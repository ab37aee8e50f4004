import { randomUUID } from 'node:crypto';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { PermanentFailure } from '../../src/engine/errors.ts';
import * as documents from '../../src/integrations/linear/documents.ts';
import { createLinear } from '../../src/integrations/linear/sdk.ts';
import { linearSdl } from '../../src/sandbox/linear/schema.ts';
import { startLinearSandbox } from '../../src/sandbox/linear/server.ts';
import { countRequests, failureOf, key, newIssue, useLinear } from './linear-fixture.ts';

const used = useLinear();

describe('documents', () => {
  it('all fit the schema of the installed SDK', () => {
    const schema = buildSchema(linearSdl());
    for (const document of Object.values(documents)) expect(validate(schema, parse(document))).toEqual([]);
  });
});

describe('choosing the team', () => {
  it('takes the only team when no key is told, and a team by its key in any case', async () => {
    expect(await used.linear.getTeam()).toEqual({ id: used.teamId, key: 'ENG', name: 'Engineering' });
    expect((await used.linear.getTeam('eng')).id).toBe(used.teamId);
  });

  it('fails for good with the keys to choose from when the team is not clear', {
    timeout: 30_000,
  }, async () => {
    const both = await startLinearSandbox({
      apiKeys: [key],
      teams: [
        { key: 'ENG', name: 'Engineering' },
        { key: 'OPS', name: 'Operations' },
      ],
    });
    const connection = { apiUrl: both.url, apiKey: async () => key };
    const unclear = await failureOf(createLinear(connection).getTeam());
    expect(unclear).toBeInstanceOf(PermanentFailure);
    expect(unclear.message).toMatch(/set LINEAR_TEAM_KEY to one of ENG \(Engineering\), OPS \(Operations\)/);
    const wrong = await failureOf(createLinear(connection).getTeam('WEB'));
    expect(wrong).toBeInstanceOf(PermanentFailure);
    expect(wrong.message).toMatch(/no team with the key WEB; choose one of ENG/);
    expect((await createLinear({ ...connection, teamKey: 'OPS' }).getTeam()).name).toBe('Operations');
    await both.close();
  });
});

describe('issues', () => {
  it('are created with the id, parent and labels that were asked for', async () => {
    const labelId = await used.linear.createLabel({ id: randomUUID(), teamId: used.teamId, name: 'planned' });
    const main = await used.linear.createIssue(newIssue(used.teamId, { title: 'Main' }));
    const sub = newIssue(used.teamId, { title: 'Sub', parentId: main.id, labelIds: [labelId] });
    expect(await used.linear.createIssue(sub)).toEqual({
      id: sub.id,
      identifier: expect.stringMatching(/^ENG-\d+$/),
      url: expect.stringContaining('/issue/ENG-'),
      title: 'Sub',
      stateType: 'backlog',
    });
    expect(used.sandbox.issues().find(({ id }) => id === sub.id)).toMatchObject({
      parentId: main.id,
      labelIds: [labelId],
      description: 'As **told**.',
    });
  });

  it('are found by id, and null where Linear surely has none', async () => {
    const issue = await used.linear.createIssue(newIssue(used.teamId));
    expect(await used.linear.findIssue(issue.id)).toEqual(issue);
    expect(await used.linear.findIssue(randomUUID())).toBeNull();
  });

  it('are adopted, not doubled, when the create is repeated', async () => {
    const issue = newIssue(used.teamId);
    const first = await used.linear.createIssue(issue);
    expect(await used.linear.createIssue(issue)).toEqual(first);
    expect(used.sandbox.issues().filter(({ id }) => id === issue.id)).toHaveLength(1);
  });

  it('are adopted when the answer to the create was lost', async () => {
    used.sandbox.faults.add({ kind: 'drop-reply', operation: 'issueCreate' });
    const issue = newIssue(used.teamId);
    expect((await used.linear.createIssue(issue)).id).toBe(issue.id);
    expect(used.sandbox.issues().filter(({ id }) => id === issue.id)).toHaveLength(1);
  });

  it('are found later when neither the create nor the look-up after it got an answer', async () => {
    used.sandbox.faults.add({ kind: 'drop-reply', operation: 'issueCreate' });
    used.sandbox.faults.add({ kind: 'disconnect', operation: 'issue' });
    const issue = newIssue(used.teamId);
    const failure = await failureOf(used.linear.createIssue(issue));
    expect(failure).not.toBeInstanceOf(PermanentFailure);
    expect(failure.message).toMatch(/^Linear could not be reached/);
    expect((await used.linear.findIssue(issue.id))?.id).toBe(issue.id);
    await used.linear.createIssue(issue);
    expect(used.sandbox.issues().filter(({ id }) => id === issue.id)).toHaveLength(1);
  });

  it('are found when a person has archived them', async () => {
    const { id } = await used.linear.createIssue(newIssue(used.teamId));
    await fetch(used.sandbox.url, {
      method: 'POST',
      headers: { authorization: key, 'content-type': 'application/json' },
      body: JSON.stringify({ query: `mutation { issueArchive(id: "${id}") { success } }` }),
    });
    expect((await used.linear.findIssue(id))?.id).toBe(id);
  });

  it('fail for good with Linear’s sentence when the team or the parent is unknown', async () => {
    const noTeam = await failureOf(used.linear.createIssue(newIssue(used.teamId, { teamId: randomUUID() })));
    expect(noTeam).toBeInstanceOf(PermanentFailure);
    expect(noTeam.message).toMatch(/Could not find referenced Team/);
    const noParent = await failureOf(
      used.linear.createIssue(newIssue(used.teamId, { parentId: randomUUID() })),
    );
    expect(noParent).toBeInstanceOf(PermanentFailure);
  });

  it('move to a state by its type, and are not written again when they are there', async () => {
    const { id } = await used.linear.createIssue(newIssue(used.teamId));
    expect(await countRequests(used.sandbox, 'issueUpdate', () => used.linear.setState(id, 'started'))).toBe(
      1,
    );
    expect(used.sandbox.issues().find((issue) => issue.id === id)).toMatchObject({ state: 'In Progress' });
    const again = async () => expect((await used.linear.setState(id, 'started')).stateType).toBe('started');
    expect(await countRequests(used.sandbox, 'issueUpdate', again)).toBe(0);
    expect((await used.linear.setState(id, 'completed')).stateType).toBe('completed');
    expect(await failureOf(used.linear.setState(randomUUID(), 'started'))).toBeInstanceOf(PermanentFailure);
  });
});

describe('labels', () => {
  it('are found by name in any case, null where there is none', async () => {
    const id = await used.linear.createLabel({ id: randomUUID(), teamId: used.teamId, name: 'Step' });
    expect(await used.linear.findLabel(used.teamId, 'step')).toBe(id);
    expect(await used.linear.findLabel(used.teamId, 'nowhere')).toBeNull();
  });

  it('are adopted by id, and by name when somebody else made the label', async () => {
    const label = { id: randomUUID(), teamId: used.teamId, name: 'twice' };
    expect(await used.linear.createLabel(label)).toBe(label.id);
    expect(await used.linear.createLabel(label)).toBe(label.id);
    expect(await used.linear.createLabel({ ...label, id: randomUUID() })).toBe(label.id);
    expect(used.sandbox.labels().filter(({ name }) => name === 'twice')).toHaveLength(1);
  });
});

describe('relations', () => {
  it('are found by what they relate, created once and adopted after', async () => {
    const [a, b] = [
      await used.linear.createIssue(newIssue(used.teamId)),
      await used.linear.createIssue(newIssue(used.teamId)),
    ];
    const relation = { issueId: a.id, relatedIssueId: b.id, type: 'blocks' as const };
    expect(await used.linear.findRelation(relation)).toBeNull();
    expect(await used.linear.findRelation({ ...relation, issueId: randomUUID() })).toBeNull();
    const id = randomUUID();
    expect(await used.linear.createRelation({ id, ...relation })).toBe(id);
    expect(await used.linear.findRelation(relation)).toBe(id);
    expect(await used.linear.findRelation({ ...relation, issueId: b.id, relatedIssueId: a.id })).toBeNull();
    expect(await used.linear.createRelation({ id, ...relation })).toBe(id);
    expect(await used.linear.createRelation({ id: randomUUID(), ...relation })).toBe(id);
    expect(used.sandbox.relations().filter(({ issueId }) => issueId === a.id)).toHaveLength(1);
  });

  it('are found beyond the first page', { timeout: 30_000 }, async () => {
    const hub = await used.linear.createIssue(newIssue(used.teamId));
    const others = [];
    for (let count = 0; count < 101; count += 1)
      others.push(await used.linear.createIssue(newIssue(used.teamId)));
    for (const { id } of others) {
      await used.linear.createRelation({
        id: randomUUID(),
        issueId: hub.id,
        relatedIssueId: id,
        type: 'blocks',
      });
    }
    const last = others.at(-1)?.id ?? '';
    expect(
      await used.linear.findRelation({ issueId: hub.id, relatedIssueId: last, type: 'blocks' }),
    ).not.toBeNull();
  });
});

describe('comments', () => {
  it('are found by id, created once and adopted when the answer was lost', async () => {
    const { id: issueId } = await used.linear.createIssue(newIssue(used.teamId));
    const comment = { id: randomUUID(), issueId, body: 'Done.' };
    expect(await used.linear.findComment(comment.id)).toBeNull();
    used.sandbox.faults.add({ kind: 'drop-reply', operation: 'commentCreate' });
    expect(await used.linear.createComment(comment)).toBe(comment.id);
    expect(await used.linear.createComment(comment)).toBe(comment.id);
    expect(await used.linear.findComment(comment.id)).toBe(comment.id);
    expect(used.sandbox.comments().filter((row) => row.issueId === issueId)).toHaveLength(1);
  });

  it('with a text, since a moment, are listed with their issue and who wrote them, beyond the first page', async () => {
    const issue = await used.linear.createIssue(newIssue(used.teamId));
    const write = (body: string) => used.linear.createComment({ id: randomUUID(), issueId: issue.id, body });
    await write('before, with /gsw');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const since = new Date();
    await write('something else');
    for (let n = 0; n < 101; n += 1) await write(`/gsw ${n}`);
    const listed = await used.linear.listComments({ containing: '/gsw', since });
    expect(listed.map(({ body }) => body)).toEqual(Array.from({ length: 101 }, (_, n) => `/gsw ${n}`));
    const { id, identifier, title } = issue;
    expect(listed[0]).toMatchObject({ issue: { id, identifier, title }, author: { name: 'Sandbox' } });
  });
});

describe('issues that were given a label', () => {
  it('are listed with their text while they are open, beyond the first page', async () => {
    const labelId = await used.linear.createLabel({ id: randomUUID(), teamId: used.teamId, name: 'go' });
    const create = (title: string, labelIds = [labelId]) =>
      used.linear.createIssue(newIssue(used.teamId, { title, labelIds }));
    await create('before');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const since = new Date();
    await create('another', []);
    await used.linear.setState((await create('done')).id, 'completed');
    for (let n = 0; n < 101; n += 1) await create(`issue ${n}`);
    const listed = await used.linear.listGivenIssues({ label: 'go' }, since);
    expect(listed.map(({ title }) => title).toSorted()).toEqual(
      Array.from({ length: 101 }, (_, n) => `issue ${n}`).toSorted(),
    );
    expect(listed[0]).toMatchObject({ description: 'As **told**.', updatedAt: expect.any(Date) });
  });
});

describe('links', () => {
  it('are attached once per url and updated after', async () => {
    const { id: issueId } = await used.linear.createIssue(newIssue(used.teamId));
    const link = { issueId, url: 'https://github.com/acme/app/pull/1', title: 'Pull request 1' };
    const id = await used.linear.attachLink(link);
    expect(await used.linear.attachLink({ ...link, subtitle: 'merged' })).toBe(id);
    expect(used.sandbox.attachments().filter((row) => row.issueId === issueId)).toMatchObject([
      { id, title: 'Pull request 1', subtitle: 'merged' },
    ]);
  });
});
