import { defineIntake } from '../../src/engine/intake/define-intake.ts';
import { workflowRequest } from '../../src/http/requests/workflow-requests.ts';
import { bodyAs } from '../../src/http/validate.ts';

/** Puts a workflow in: the body is that of `POST /v1/workflows`. */
export const enqueueWorkflowIntake = defineIntake({
  name: 'enqueue-workflow',
  read: (body) => bodyAs(workflowRequest, body),
});
