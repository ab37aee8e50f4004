/** learning_db: what past runs and people's verdicts teach. */
import { UserFeedback } from './user-feedback.ts';

export const entities = [UserFeedback];
