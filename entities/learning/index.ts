/** learning_db: what past runs and people's verdicts teach. */
import { ActiveTrainingSession } from './active-training-session.ts';
import { Adaptation } from './adaptation.ts';
import { EvolutionProgress } from './evolution-progress.ts';
import { EvolutionSession } from './evolution-session.ts';
import { LearningModel } from './learning-model.ts';
import { ModelPerformanceOverview } from './model-performance-overview.ts';
import { PatternRecognition } from './pattern-recognition.ts';
import { TrainingMetric } from './training-metric.ts';
import { TrainingSession } from './training-session.ts';
import { UserFeedback } from './user-feedback.ts';

export const entities = [
  LearningModel,
  TrainingSession,
  TrainingMetric,
  EvolutionSession,
  Adaptation,
  UserFeedback,
  PatternRecognition,
  ModelPerformanceOverview,
  ActiveTrainingSession,
  EvolutionProgress,
];
