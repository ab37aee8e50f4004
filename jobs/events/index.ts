/** What follows from events of other services. */
import { mirrorPullRequest } from './mirror-pull-request.ts';
import { obeyComment } from './obey-comment.ts';
import { settleMergeGate } from './settle-merge-gate.ts';
import { startWorkflow } from './start-workflow.ts';
import { wakeWaitingWork } from './wake-waiting-work.ts';

export const eventHandlers = [
  startWorkflow,
  obeyComment,
  wakeWaitingWork,
  mirrorPullRequest,
  settleMergeGate,
];
