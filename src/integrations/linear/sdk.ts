/** Linear through its official SDK. */
import type { LinearDocument } from '@linear/sdk';
import { PermanentFailure } from '../../engine/errors.ts';
import { isUuid } from '../../is-uuid.ts';
import { askGrant } from '../grant.ts';
import { reserveWith } from '../reserve.ts';
import { createOnce, entityIn } from './create-once.ts';
import * as documents from './documents.ts';
import { linearRules, wantedOfLinear } from './limits.ts';
import { nodesOf } from './pages.ts';
import type { Issue, Linear, StateType } from './port.ts';
import { findRelation } from './relations.ts';
import { type LinearConnection, linearRequests } from './requests.ts';
import { allTeams, chooseTeam } from './teams.ts';

export type LinearOptions = LinearConnection & {
  /** The team of `getTeam()` without a key; the credential's own setting `teamKey` goes before it. */
  teamKey?: string | undefined;
};

export function createLinear(options: LinearOptions): Linear {
  const requests = linearRequests(options);
  const { send, find } = requests;

  const linear: Linear = {
    reserve: reserveWith(options.governor, options.apiKey, linearRules, wantedOfLinear.budgets),

    async checkAccess() {
      const { key, name } = await linear.getTeam();
      return `issues go to the team ${key} (${name})`;
    },

    async getTeam(key) {
      const teams = await allTeams(requests);
      const { settings } = await askGrant(options.apiKey);
      return chooseTeam(teams, key ?? settings?.teamKey ?? options.teamKey);
    },

    async findLabel(teamId, name) {
      const { nodes } = (await send(documents.labelsNamed, { teamId, name })).issueLabels;
      return (nodes.find(({ team }) => team?.id === teamId) ?? nodes[0])?.id ?? null;
    },

    createLabel: ({ id, teamId, name }) =>
      createOnce(
        async () => {
          const answer = await send(documents.createLabel, { input: { id, teamId, name } });
          return entityIn(answer.issueLabelCreate, 'issueLabel').id;
        },
        // By name too: names are unique, and somebody else may have made the label meanwhile.
        async () =>
          (await find('IssueLabel', documents.labelById, { id }))?.issueLabel.id ??
          linear.findLabel(teamId, name),
      ),

    async findIssue(id) {
      const answer = await find('Issue', documents.issueById, { id });
      return answer && issueOf(answer.issue);
    },

    createIssue: (issue) =>
      createOnce(
        async () => {
          const answer = await send(documents.createIssue, { input: issue });
          return issueOf(entityIn(answer.issueCreate, 'issue'));
        },
        () => linear.findIssue(issue.id),
      ),

    async listGivenIssues(to, since) {
      const filter: LinearDocument.IssueFilter = {
        ...('label' in to
          ? { labels: { some: { name: { eq: to.label } } } }
          : { assignee: isUuid(to.assignee) ? { id: { eq: to.assignee } } : { name: { eq: to.assignee } } }),
        state: { type: { nin: ['completed', 'canceled'] } },
        updatedAt: { gte: since.toISOString() },
      };
      const nodes = nodesOf(async (after) => (await send(documents.issuesLike, { filter, after })).issues);
      const issues = await Array.fromAsync(nodes);
      return issues.map((issue) => ({ ...issue, updatedAt: new Date(issue.updatedAt) }));
    },

    async updateIssue(id, input) {
      const answer = await send(documents.updateIssue, { id, input });
      return issueOf(entityIn(answer.issueUpdate, 'issue'));
    },

    async deleteIssue(id) {
      if (await linear.findIssue(id)) await send(documents.deleteIssue, { id });
    },

    async setState(issueId, type) {
      const { issue } = await send(documents.issueWithStates, { id: issueId });
      if (issue.state.type === type) return issueOf(issue);
      const stateId = firstOfType(issue.team.states.nodes, type);
      const answer = await send(documents.updateIssue, { id: issue.id, input: { stateId } });
      return issueOf(entityIn(answer.issueUpdate, 'issue'));
    },

    findRelation: (relation) => findRelation(requests, relation),

    createRelation: (relation) =>
      createOnce(
        async () => {
          const answer = await send(documents.createRelation, { input: relation });
          return entityIn(answer.issueRelationCreate, 'issueRelation').id;
        },
        async () =>
          (await find('IssueRelation', documents.relationById, { id: relation.id }))?.issueRelation.id ??
          findRelation(requests, relation),
      ),

    async findComment(id) {
      const answer = await find('Comment', documents.commentById, { id });
      return answer?.comment.id ?? null;
    },

    async listComments({ containing, since }) {
      const wanted = { text: containing, since: since.toISOString() };
      const nodes = nodesOf(async (after) => {
        return (await send(documents.commentsWith, { ...wanted, after })).comments;
      });
      const found = (await Array.fromAsync(nodes)).flatMap(
        ({ user, createdAt, editedAt, issue, ...comment }) =>
          issue
            ? [
                {
                  ...comment,
                  issue,
                  author: user,
                  writtenAt: new Date(createdAt),
                  isEdited: editedAt !== null,
                },
              ]
            : [],
      );
      return found.sort((one, other) => +one.writtenAt - +other.writtenAt);
    },

    createComment: (comment) =>
      createOnce(
        async () => {
          const answer = await send(documents.createComment, { input: comment });
          return entityIn(answer.commentCreate, 'comment').id;
        },
        () => linear.findComment(comment.id),
      ),

    async attachLink(link) {
      const answer = await send(documents.createAttachment, { input: link });
      return entityIn(answer.attachmentCreate, 'attachment').id;
    },
  };
  return linear;
}

function issueOf({ id, identifier, url, title, state }: documents.IssueNode): Issue {
  return { id, identifier, url, title, stateType: state.type };
}

/** The id of the state of that type which stands first on the team's board. */
function firstOfType(states: documents.StateNode[], type: StateType): string {
  const [first] = states.filter((state) => state.type === type).sort((a, b) => a.position - b.position);
  if (!first) throw new PermanentFailure(`The Linear team has no state of the type ${type}; add one.`);
  return first.id;
}
