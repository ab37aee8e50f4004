/**
 * The GraphQL documents the adapter sends, with the types of their variables and answers. Small on purpose: the SDK's
 * own documents fetch whole entities, and its lazy relations send a request each, which spends Linear's limits.
 */

import type { LinearDocument } from '@linear/sdk';
import type { GivenIssue, Team } from './port.ts';

/** A document; `Data` and `Variables` exist for the compiler alone. */
export type GraphqlDocument<Data, Variables> = string & { data?: Data; variables?: Variables };

/** One page of a list. */
export type Page<Node> = { nodes: Node[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
export type IssueNode = {
  id: string;
  identifier: string;
  url: string;
  title: string;
  state: { type: string };
};
export type StateNode = { id: string; type: string; position: number };
export type RelationNode = { id: string; type: string; relatedIssue: Id };
export type CommentNode = {
  id: string;
  body: string;
  url: string;
  createdAt: string;
  editedAt: string | null;
  user: { id: string; name: string } | null;
  /** Null where it is a comment of something else, such as a document. */
  issue: { id: string; identifier: string; title: string } | null;
};
export type GivenIssueNode = Omit<GivenIssue, 'updatedAt'> & { updatedAt: string };
type Id = { id: string };
/** The answer of a mutation: its root field, holding whether it was done and the entity it was done to. */
type Answer<Root extends string, Field extends string, Node = Id> = Record<
  Root,
  { success: boolean } & Record<Field, Node | null>
>;

const issueFields = 'id identifier url title state { type }';
const pageInfo = 'pageInfo { hasNextPage endCursor }';

export const teams: GraphqlDocument<{ teams: Page<Team> }, { after: string | null }> = `
  query Teams($after: String) {
    teams(first: 250, after: $after) { nodes { id key name } ${pageInfo} }
  }`;

/** The labels of that name that issues of the team can carry: its own and those of the whole workspace. */
export const labelsNamed: GraphqlDocument<
  { issueLabels: { nodes: { id: string; team: Id | null }[] } },
  { teamId: string; name: string }
> = `
  query LabelsNamed($teamId: ID!, $name: String!) {
    issueLabels(
      first: 50
      filter: {
        name: { eqIgnoreCase: $name }
        isGroup: { eq: false }
        or: [{ team: { id: { eq: $teamId } } }, { team: { null: true } }]
      }
    ) { nodes { id team { id } } }
  }`;

export const labelById: GraphqlDocument<{ issueLabel: Id }, Id> = `
  query LabelById($id: String!) { issueLabel(id: $id) { id } }`;

export const createLabel: GraphqlDocument<Answer<'issueLabelCreate', 'issueLabel'>, { input: object }> = `
  mutation CreateLabel($input: IssueLabelCreateInput!) {
    issueLabelCreate(input: $input) { success issueLabel { id } }
  }`;

export const issueById: GraphqlDocument<{ issue: IssueNode }, Id> = `
  query IssueById($id: String!) { issue(id: $id) { ${issueFields} } }`;

export const issuesLike: GraphqlDocument<
  { issues: Page<GivenIssueNode> },
  { filter: LinearDocument.IssueFilter; after: string | null }
> = `
  query IssuesLike($filter: IssueFilter!, $after: String) {
    issues(first: 100, after: $after, filter: $filter) {
      nodes { id identifier title description url updatedAt }
      ${pageInfo}
    }
  }`;

export const createIssue: GraphqlDocument<Answer<'issueCreate', 'issue', IssueNode>, { input: object }> = `
  mutation CreateIssue($input: IssueCreateInput!) {
    issueCreate(input: $input) { success issue { ${issueFields} } }
  }`;

export const issueWithStates: GraphqlDocument<
  { issue: IssueNode & { team: { states: { nodes: StateNode[] } } } },
  Id
> = `
  query IssueWithStates($id: String!) {
    issue(id: $id) { ${issueFields} team { states(first: 250) { nodes { id type position } } } }
  }`;

export const updateIssue: GraphqlDocument<
  Answer<'issueUpdate', 'issue', IssueNode>,
  { id: string; input: object }
> = `
  mutation UpdateIssue($id: String!, $input: IssueUpdateInput!) {
    issueUpdate(id: $id, input: $input) { success issue { ${issueFields} } }
  }`;

export const deleteIssue: GraphqlDocument<{ issueDelete: { success: boolean } }, Id> = `
  mutation DeleteIssue($id: String!) { issueDelete(id: $id) { success } }`;

export const relationsOfIssue: GraphqlDocument<
  { issue: { relations: Page<RelationNode> } },
  { id: string; after: string | null }
> = `
  query RelationsOfIssue($id: String!, $after: String) {
    issue(id: $id) {
      relations(first: 100, after: $after, includeArchived: true) {
        nodes { id type relatedIssue { id } } ${pageInfo}
      }
    }
  }`;

export const relationById: GraphqlDocument<{ issueRelation: Id }, Id> = `
  query RelationById($id: String!) { issueRelation(id: $id) { id } }`;

export const createRelation: GraphqlDocument<
  Answer<'issueRelationCreate', 'issueRelation'>,
  { input: object }
> = `
  mutation CreateRelation($input: IssueRelationCreateInput!) {
    issueRelationCreate(input: $input) { success issueRelation { id } }
  }`;

export const commentById: GraphqlDocument<{ comment: Id }, Id> = `
  query CommentById($id: String!) { comment(id: $id) { id } }`;

export const commentsWith: GraphqlDocument<
  { comments: Page<CommentNode> },
  { text: string; since: string; after: string | null }
> = `
  query CommentsWith($text: String!, $since: DateTimeOrDuration!, $after: String) {
    comments(first: 100, after: $after, filter: { body: { containsIgnoreCase: $text }, createdAt: { gte: $since } }) {
      nodes { id body url createdAt editedAt user { id name } issue { id identifier title } }
      ${pageInfo}
    }
  }`;

export const createComment: GraphqlDocument<Answer<'commentCreate', 'comment'>, { input: object }> = `
  mutation CreateComment($input: CommentCreateInput!) {
    commentCreate(input: $input) { success comment { id } }
  }`;

export const createAttachment: GraphqlDocument<
  Answer<'attachmentCreate', 'attachment'>,
  { input: object }
> = `
  mutation CreateAttachment($input: AttachmentCreateInput!) {
    attachmentCreate(input: $input) { success attachment { id } }
  }`;
