/** Every operation there is. */
import { awaitAgentRun } from './agent/await-agent-run.ts';
import { followUpAgentRun } from './agent/follow-up-agent-run.ts';
import { publishBranch } from './agent/publish-branch.ts';
import { startAgentRun } from './agent/start-agent-run.ts';
import { stopAgentRun } from './agent/stop-agent-run.ts';
import { adoptPullRequest } from './github/adopt-pull-request.ts';
import { awaitChecks } from './github/await-checks.ts';
import { closePullRequest } from './github/close-pull-request.ts';
import { commentOnPullRequest } from './github/comment-on-pull-request.ts';
import { createBranch } from './github/create-branch.ts';
import { deleteBranch } from './github/delete-branch.ts';
import { examineChanges } from './github/examine-changes.ts';
import { inspectRepository } from './github/inspect-repository.ts';
import { mergeBranch } from './github/merge-branch.ts';
import { mergePullRequest } from './github/merge-pull-request.ts';
import { openPullRequest } from './github/open-pull-request.ts';
import { readBranch } from './github/read-branch.ts';
import { readPullRequest } from './github/read-pull-request.ts';
import { readRepository } from './github/read-repository.ts';
import { attachLink } from './linear/attach-link.ts';
import { commentOnIssue } from './linear/comment-on-issue.ts';
import { createIssue } from './linear/create-issue.ts';
import { deleteIssue } from './linear/delete-issue.ts';
import { ensureLabel } from './linear/ensure-label.ts';
import { readTeam } from './linear/read-team.ts';
import { relateIssues } from './linear/relate-issues.ts';
import { setIssueState } from './linear/set-issue-state.ts';

export const operations = [
  readRepository,
  inspectRepository,
  readBranch,
  createBranch,
  mergeBranch,
  deleteBranch,
  openPullRequest,
  adoptPullRequest,
  readPullRequest,
  awaitChecks,
  examineChanges,
  commentOnPullRequest,
  mergePullRequest,
  closePullRequest,
  readTeam,
  ensureLabel,
  createIssue,
  relateIssues,
  setIssueState,
  deleteIssue,
  commentOnIssue,
  attachLink,
  startAgentRun,
  followUpAgentRun,
  awaitAgentRun,
  stopAgentRun,
  publishBranch,
];
