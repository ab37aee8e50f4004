/** Ends the time of what is at work, so that no test has to be quicker than the time that it gives. */
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import type { TestEngine } from '../../support/engine.ts';
import { until } from '../../support/until.ts';

const past = () => ({ timesOutAt: new Date(Date.now() - 1) });
const running = { timesOutAt: { $ne: null } };

/** Of the stage that a workflow is at, once its clock runs. */
export const stageTimeIsUp = ({ engine, organizationId }: TestEngine, workflowExecutionId: string) =>
  until(() =>
    engine.databases
      .inOrganization(organizationId)
      .workflows((em) =>
        em.nativeUpdate(WorkflowStageExecution, { workflowExecutionId, ...running }, past()),
      ),
  );

/** Of one of its steps. */
export const stepTimeIsUp = ({ engine, organizationId }: TestEngine, itemId: string) =>
  until(() =>
    engine.databases
      .inOrganization(organizationId)
      .workflows((em) => em.nativeUpdate(WorkflowStepExecution, { itemId, ...running }, past())),
  );
