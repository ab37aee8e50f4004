/** `requirements`, `approve` and `reject`: the answers to what a workflow asks people. */
import type { SignalType } from '../../../entities/workflows/signal.ts';
import type { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { Refusal } from '../refusal.ts';
import { timeInWords } from '../time/in-words.ts';
import { defineSignal, type SignalScene } from './define-signal.ts';
import { expectGoingOn, stateOf } from './expect.ts';

const answer = (type: SignalType, check?: (scene: SignalScene) => void) =>
  defineSignal({
    type,
    async apply(scene) {
      const { workflow, stages, request } = scene;
      expectGoingOn(scene);
      const asking = stages.find((stage) => stage.openGate && !stage.isOver());
      const accepts = asking?.openGateAccepts ?? [];
      const fits = !request.gate || request.gate === asking?.openGate;
      if (!asking?.openGate || !fits || !accepts.includes(type)) {
        const now = asking
          ? `it waits on ${asking.waitingOn}, which takes: ${accepts.join(', ')}`
          : `it is ${stateOf(workflow)} and asks nothing`;
        throw new Refusal('conflict', `Workflow ${workflow.id} takes no ${type} now: ${now}.`);
      }
      expectAskedBefore(scene, asking);
      check?.(scene);
      const gate = asking.openGate;
      if (type === 'approve' || type === 'reject') {
        asking.decide(type, request.actor, request.reason ?? null);
      }
      asking.requeue();
      workflow.run(asking.stage);
      return { gate, wakes: asking };
    },
  });

/** The clock of whoever tells when it was said may be another, and tell seconds only. */
const clockSlackMs = 5_000;

function expectAskedBefore(
  { workflow, request }: SignalScene,
  { waitingOn, waitingSince }: WorkflowStageExecution,
): void {
  const { type, saidAt } = request;
  if (!saidAt || !waitingSince || waitingSince.getTime() - saidAt.getTime() <= clockSlackMs) return;
  throw new Refusal(
    'conflict',
    `Workflow ${workflow.id} takes no ${type} of ${timeInWords(saidAt)}: it waits on ${waitingOn}, which it has asked since. Say it again.`,
  );
}

/** By the policy of the project, as it was when the workflow started. */
function expectApprover({ workflow, request }: SignalScene): void {
  const { approvers = [] } = workflow.options;
  if (approvers.length === 0 || approvers.includes(request.actor)) return;
  throw new Refusal(
    'forbidden',
    `"${request.actor}" may not decide this: the project leaves it to ${approvers.join(', ')}.`,
  );
}

function expectAnother({ workflow, request }: SignalScene): void {
  const { options, createdBy, requestedBy } = workflow;
  if (options.selfApproval !== false) return;
  const { actor } = request;
  const isItsSchedules = requestedBy?.includes(actor);
  if (createdBy !== actor && !isItsSchedules) return;
  const did = isItsSchedules ? 'had a schedule put this workflow in' : 'put this workflow in';
  throw new Refusal(
    'forbidden',
    `"${actor}" ${did} and may not approve it: the project wants somebody else to.`,
  );
}

export const requirements = answer('requirements');

export const approve = answer('approve', (scene) => {
  expectApprover(scene);
  expectAnother(scene);
});

export const reject = answer('reject', expectApprover);
