/** prompts_db: prompt templates and their versions, rules that enhance them, and every prompt sent with its answer. */
import { ContextSource } from './context-source.ts';
import { EnhancementEffectiveness } from './enhancement-effectiveness.ts';
import { ExecutionEnhancement } from './execution-enhancement.ts';
import { Experiment } from './experiment.ts';
import { ExperimentVariant } from './experiment-variant.ts';
import { PromptCollection } from './prompt-collection.ts';
import { PromptCollectionItem } from './prompt-collection-item.ts';
import { PromptEnhancement } from './prompt-enhancement.ts';
import { PromptExecution } from './prompt-execution.ts';
import { PromptTemplate } from './prompt-template.ts';
import { PromptTemplateLabel } from './prompt-template-label.ts';
import { PromptTemplateLabelMove } from './prompt-template-label-move.ts';
import { PromptTemplateVersion } from './prompt-template-version.ts';
import { ResponseQuality } from './response-quality.ts';

export const entities = [
  PromptTemplate,
  PromptTemplateVersion,
  PromptTemplateLabel,
  PromptTemplateLabelMove,
  ContextSource,
  PromptEnhancement,
  PromptCollection,
  PromptCollectionItem,
  Experiment,
  ExperimentVariant,
  PromptExecution,
  ExecutionEnhancement,
  ResponseQuality,
  EnhancementEffectiveness,
];
