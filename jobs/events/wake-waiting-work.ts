import { defineEventHandler, Ignored } from '../../src/engine/events/define-event-handler.ts';
import { workflowsOf } from './correlate.ts';

/** Has what waits for checks, a review, a merge or an issue look again at once, instead of when its next look is due. */
export const wakeWaitingWork = defineEventHandler({
  name: 'wake-waiting-work',
  on: [
    'github:check_run.completed',
    'github:check_suite.completed',
    'github:workflow_run.completed',
    'github:status',
    'github:pull_request.*',
    'github:pull_request_review.*',
    'linear:Issue.update',
  ],
  async handle(event, context) {
    const workflows = await workflowsOf(event, context);
    if (workflows.length === 0) throw new Ignored('it is about no workflow of ours');
    const woken = await context.lookAgain(workflows);
    return `${woken} waiting operations of ${workflows.length} workflows look again`;
  },
});
