/** What others may put into the queue `intake`. */
import { enqueueWorkflowIntake } from './enqueue-workflow.ts';

export const intake = [enqueueWorkflowIntake];
