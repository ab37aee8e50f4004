import { defineEntity, p } from '@mikro-orm/core';
import { modelTypes } from './learning-model.ts';
import { trainingStates } from './training-session.ts';

const schema = defineEntity({
  name: 'ActiveTrainingSession',
  tableName: 'active_training_sessions',
  view: true,
  expression: `
    select s.id, s.organization_id, s.name, s.status, s.progress, s.current_epoch, s.total_epochs, s.started_at, s.triggered_by,
           m.id as learning_model_id, m.name as model_name, m.model_type
      from training_sessions s
      join learning_models m on m.id = s.learning_model_id
     where s.status in ('pending', 'preparing_data', 'training', 'validating')`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    name: p.string(),
    status: p.enum(trainingStates),
    progress: p.decimal('number'),
    currentEpoch: p.integer(),
    totalEpochs: p.integer().nullable(),
    startedAt: p.datetime().nullable(),
    triggeredBy: p.string().nullable(),
    learningModelId: p.uuid(),
    modelName: p.string(),
    modelType: p.enum(modelTypes),
  },
});

/** View: the trainings that are not over. */
export class ActiveTrainingSession extends schema.class {}
schema.setClass(ActiveTrainingSession);
