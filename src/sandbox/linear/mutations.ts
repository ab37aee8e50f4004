/** The root fields of Mutation that the sandbox carries out. */
import type { LinearDocument as L } from '@linear/sdk';
import { allowOnly } from './inputs.ts';
import { createIssue, updateIssue } from './issues.ts';
import type { Resolvers } from './queries.ts';
import type { AttachmentRecord, CommentRecord, LabelRecord, RelationRecord } from './records.ts';
import { invalidInput } from './refusals.ts';
import type { LinearStore } from './store.ts';

export function mutations(store: LinearStore): Resolvers<undefined> {
  const { tables } = store;
  const done = <Payload extends object>(payload: Payload) => {
    store.save();
    return { success: true, lastSyncId: Date.now(), ...payload };
  };

  return {
    issueCreate: (_, { input }: L.MutationIssueCreateArgs) => done({ issue: createIssue(store, input) }),
    issueUpdate: (_, { id, input }: L.MutationIssueUpdateArgs) =>
      done({ issue: updateIssue(store, store.issue(id), input) }),
    issueArchive: (_, { id }: L.MutationIssueArchiveArgs) => {
      const issue = store.issue(id);
      issue.archivedAt ??= new Date().toISOString();
      return done({ entity: issue });
    },

    issueDelete: (_, { id }: L.MutationIssueDeleteArgs) => {
      const issue = store.issue(id);
      issue.archivedAt ??= new Date().toISOString();
      issue.trashed = true;
      return done({ entity: issue });
    },

    issueRelationCreate: (_, { input }: L.MutationIssueRelationCreateArgs) => {
      const issueId = store.issue(input.issueId).id;
      const relatedIssueId = store.issue(input.relatedIssueId).id;
      if (issueId === relatedIssueId) throw invalidInput('An issue cannot be related to itself.');
      const isSame = (row: RelationRecord) =>
        row.issueId === issueId && row.relatedIssueId === relatedIssueId && row.type === input.type;
      if (tables.relations.some(isSame)) throw invalidInput('The issues are already related in this way.');
      const issueRelation: RelationRecord = {
        ...store.newRow('relations', input.id),
        issueId,
        relatedIssueId,
        type: input.type,
      };
      tables.relations.push(issueRelation);
      return done({ issueRelation });
    },

    commentCreate: (_, { input }: L.MutationCommentCreateArgs) => {
      allowOnly('CommentCreateInput', input, ['id', 'issueId', 'body']);
      if (!input.issueId) throw invalidInput('A comment needs the issue it is on.');
      if (!input.body?.trim()) throw invalidInput('A comment needs a body.');
      const issueId = store.issue(input.issueId).id;
      const comment: CommentRecord = { ...store.newRow('comments', input.id), issueId, body: input.body };
      tables.comments.push(comment);
      return done({ comment });
    },

    attachmentCreate: (_, { input }: L.MutationAttachmentCreateArgs) => {
      allowOnly('AttachmentCreateInput', input, ['id', 'issueId', 'url', 'title', 'subtitle', 'metadata']);
      const issueId = store.issue(input.issueId).id;
      const content = {
        title: input.title,
        subtitle: input.subtitle ?? null,
        metadata: input.metadata ?? {},
      };
      let attachment = tables.attachments.find((row) => row.issueId === issueId && row.url === input.url);
      if (attachment) {
        Object.assign(attachment, content, { updatedAt: new Date().toISOString() });
      } else {
        const row = store.newRow('attachments', input.id);
        attachment = { ...row, issueId, url: input.url, ...content } satisfies AttachmentRecord;
        tables.attachments.push(attachment);
      }
      return done({ attachment });
    },

    issueLabelCreate: (_, { input }: L.MutationIssueLabelCreateArgs) => {
      allowOnly('IssueLabelCreateInput', input, ['id', 'name', 'color', 'description', 'isGroup', 'teamId']);
      const teamId = input.teamId ? store.team(input.teamId).id : null;
      const name = input.name.trim();
      const isSame = (row: LabelRecord) =>
        row.name.toLowerCase() === name.toLowerCase() && (!teamId || !row.teamId || row.teamId === teamId);
      if (tables.labels.some(isSame)) throw invalidInput(`A label named ${name} already exists.`);
      const issueLabel: LabelRecord = {
        ...store.newRow('labels', input.id),
        name,
        teamId,
        color: input.color ?? '#bec2c8',
        description: input.description ?? null,
        isGroup: input.isGroup ?? false,
      };
      tables.labels.push(issueLabel);
      return done({ issueLabel });
    },
  };
}
